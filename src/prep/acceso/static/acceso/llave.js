// A security key: asks the browser for it with the page's data and sends what it answers.
import { avisar } from '/estaticos/diseno/avisos.js'

for (const forma of document.querySelectorAll('form[data-llave]')) {
  const boton = forma.querySelector('[data-llave-boton]'), datos = JSON.parse(document.getElementById('llave-datos').textContent)
  boton.addEventListener('click', async () => {
    boton.disabled = true
    try {
      const credencial = forma.dataset.llave === 'crear'
        ? await window.webauthnJSON.create(datos.creation_options)
        : await window.webauthnJSON.get(datos.request_options)
      forma.elements.credential.value = JSON.stringify(credencial)
      forma.submit()
    } catch {
      avisar(forma.dataset.fallo, { mal: true })
      boton.disabled = false
    }
  })
}
