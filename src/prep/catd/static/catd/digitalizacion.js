// Files are sent one by one, and again until the server answers; what it says of each takes its place in the list.
const PAUSA = 3000, DETENIDO = 15000 // a centre that does not work is asked less often
const forma = document.getElementById('digitaliza'), archivo = document.getElementById('archivo'), soltar = document.getElementById('soltar')
const resultados = document.getElementById('resultados'), lista = document.getElementById('lista')
const fila = []
let en_marcha = false

const espera = (ms) => new Promise((listo) => setTimeout(listo, ms))

async function mandar({ datos, renglon }) {
  for (;;) {
    datos.set('csrfmiddlewaretoken', forma.elements.csrfmiddlewaretoken.value)
    decir(renglon, forma.dataset.enviando)
    const respuesta = await fetch(forma.action, { method: 'POST', body: datos, headers: { Accept: 'text/html' } }).catch(() => null)
    if (respuesta?.ok) return new DOMParser().parseFromString(await respuesta.text(), 'text/html')
    if (respuesta?.status === 423) return undefined
    if (respuesta && respuesta.status < 500 && ![401, 408, 429].includes(respuesta.status)) return null
    decir(renglon, respuesta?.status === 401 ? forma.dataset.sesion : forma.dataset.sinConexion)
    await espera(PAUSA)
  }
}

function decir(renglon, frase) { renglon.querySelector('b').textContent = frase }

function renglonDe(nombre) {
  const renglon = document.createElement('li'), b = document.createElement('b'), small = document.createElement('small'), p = document.createElement('p')
  renglon.className = 'resultado'
  small.textContent = nombre
  b.textContent = forma.dataset.enEspera
  p.append(b, ' ', small)
  renglon.append(p)
  return renglon
}

async function vaciar() {
  if (en_marcha) return
  en_marcha = true
  for (let uno; (uno = fila.shift());) {
    const pagina = await mandar(uno)
    if (pagina === undefined) { // it waits; what goes after it may be of an acta that was received
      decir(uno.renglon, forma.dataset.pausa)
      fila.push(uno)
      await espera(fila.length > 1 ? PAUSA : DETENIDO)
      continue
    }
    const suyos = pagina ? [...pagina.getElementById('resultados').children] : []
    if (suyos.length) uno.renglon.replaceWith(...suyos)
    else { decir(uno.renglon, pagina?.querySelector('.mensaje.mal')?.textContent.trim() || forma.dataset.falla); uno.renglon.classList.add('mal') }
    if (pagina) lista.replaceChildren(...pagina.getElementById('lista').childNodes)
  }
  en_marcha = false
}

function encolar(archivos) {
  for (const uno of archivos) {
    const datos = new FormData(), renglon = renglonDe(uno.name)
    datos.set('documento', forma.elements.documento.value)
    datos.set('archivo', uno)
    resultados.prepend(renglon)
    if (uno.size > Number(forma.dataset.maximo)) { decir(renglon, forma.dataset.grande); renglon.classList.add('mal'); continue }
    fila.push({ datos, renglon })
  }
  archivo.value = ''
  vaciar()
}

forma.addEventListener('submit', (evento) => { if (archivo.files.length) { evento.preventDefault(); encolar([...archivo.files]) } })
archivo.addEventListener('change', () => encolar([...archivo.files]))
for (const que of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  soltar.addEventListener(que, (evento) => {
    evento.preventDefault()
    soltar.toggleAttribute('data-encima', que === 'dragenter' || que === 'dragover')
  })
}
soltar.addEventListener('drop', (evento) => encolar([...evento.dataTransfer.files]))
document.getElementById('manda').hidden = true // choosing sends
addEventListener('beforeunload', (evento) => { if (en_marcha) evento.preventDefault() })
