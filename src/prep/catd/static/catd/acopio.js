// The field never waits: what is read goes to a queue, is sent in its order and again until the server answers, and the
// page that comes back is put in place. The reader types the next code meanwhile.
const PAUSA = 3000
const leer = document.getElementById('leer'), q = document.getElementById('q'), sello = document.getElementById('sello')
const vivo = document.getElementById('vivo'), marcha = document.getElementById('marcha'), lista = document.getElementById('lista'), envio = document.getElementById('envio')
const fila = []
let en_marcha = false

const azar = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')
const dice = (frase) => { if (envio.textContent !== frase) envio.textContent = frase }
const espera = (ms) => new Promise((listo) => setTimeout(listo, ms))

const poner = (pagina, partes) => { for (const parte of partes) parte.replaceChildren(...pagina.getElementById(parte.id).childNodes) }

async function mandar(datos) {
  for (;;) {
    datos.set('csrfmiddlewaretoken', leer.elements.csrfmiddlewaretoken.value) // another session may have begun
    const respuesta = await fetch(leer.action, { method: 'POST', body: datos, headers: { Accept: 'text/html' } }).catch(() => null)
    if (respuesta?.ok) return new DOMParser().parseFromString(await respuesta.text(), 'text/html')
    if (respuesta && respuesta.status < 500 && ![401, 408, 423, 429].includes(respuesta.status)) return null
    if (respuesta?.status === 423) { // it waits; what goes after it may be of a casilla that was begun
      poner(new DOMParser().parseFromString(await respuesta.text(), 'text/html'), [marcha])
      fila.push(fila.shift())
      datos = fila[0]
    }
    dice(`${{ 401: envio.dataset.sesion, 423: envio.dataset.pausa }[respuesta?.status] ?? envio.dataset.enFila} ${fila.length}`)
    await espera(PAUSA)
  }
}

async function vaciar() {
  if (en_marcha) return
  en_marcha = true
  while (fila.length) {
    dice(fila.length > 1 ? `${envio.dataset.enviando} ${fila.length}` : envio.dataset.enviando)
    const pagina = await mandar(fila[0])
    fila.shift()
    if (!pagina) { dice(envio.dataset.falla); continue }
    poner(pagina, [marcha, vivo, lista])
    if (!fila.length) {
      dice('')
      const enfoca = vivo.querySelector('[data-enfoca]')
      if (enfoca && !q.value) enfoca.focus()
    }
  }
  en_marcha = false
}

function encolar(evento) {
  const forma = evento.target
  if (forma !== leer && !forma.matches('[data-envia]')) return
  evento.preventDefault()
  const datos = new FormData(forma)
  if (forma === leer) {
    if (!q.value.trim()) return
    datos.set('orden', azar())
    q.value = sello.value = ''
  }
  fila.push(datos)
  q.focus()
  vaciar()
}

document.addEventListener('submit', encolar)
addEventListener('beforeunload', (evento) => { if (fila.length) evento.preventDefault() })
// A reader types wherever the focus is: outside of a field, it is this one's.
document.addEventListener('keydown', (evento) => {
  if (evento.key.length === 1 && !evento.ctrlKey && !evento.altKey && !evento.metaKey && evento.key !== '?' && evento.key !== ' ' && !evento.target.closest('input:not([type=checkbox]), textarea, select, dialog')) q.focus()
})
