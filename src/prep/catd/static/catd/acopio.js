// The field never waits: what is read goes to a queue, is sent in its order and again until the server answers, and the
// page that comes back is put in place. The reader types the next code meanwhile. What was not received, or asks
// something, stays in the page until somebody sees to it.
import { aguardar, intentar } from '../diseno/envio.js'

const leer = document.getElementById('leer'), q = document.getElementById('q'), sello = document.getElementById('sello')
const vivo = document.getElementById('vivo'), marcha = document.getElementById('marcha'), lista = document.getElementById('lista'), envio = document.getElementById('envio')
const quedan = document.getElementById('quedan')
const fila = []
const leidas = new WeakMap() // of what the page asks, when what it asks about was read
let en_marcha = false, detenida = ''

const azar = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')
const molde = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true)

const poner = (pagina, partes) => { for (const parte of partes) parte.replaceChildren(...pagina.getElementById(parte.id).childNodes) }

function decir() {
  const frase = !fila.length ? '' : detenida ? `${envio.dataset[detenida]} ${fila.length}` : envio.dataset.enviando + (fila.length > 1 ? ` ${fila.length}` : '')
  if (envio.textContent !== frase) envio.textContent = frase
  envio.toggleAttribute('data-por-enviar', fila.length > 0)
}

/** Send what is first in the queue. Gives the page that came. */
async function mandar() {
  for (;;) {
    const { datos, leida } = fila[0]
    datos.set('espera', Math.floor((performance.now() - leida) / 1000)) // no clock is trusted: it was read so long ago
    const { porque, pagina } = await intentar(leer, datos)
    detenida = porque
    if (!porque) return pagina
    if (porque === 'pausa') { // it waits; what goes after it may be of a casilla that was begun
      poner(pagina, [marcha])
      fila.push(fila.shift())
    }
    decir()
    await aguardar(porque)
  }
}

/** It stays below, without its keys: those are of what was read last. */
function apartar(parte) {
  for (const boton of parte.querySelectorAll('[data-tecla]')) {
    boton.removeAttribute('data-tecla')
    boton.removeAttribute('aria-keyshortcuts')
    boton.querySelector('kbd').remove()
  }
  parte.append(molde('quita'))
  quedan.prepend(parte)
}

async function vaciar() {
  if (en_marcha) return
  en_marcha = true
  while (fila.length) {
    decir()
    const pagina = await mandar(), { datos, leida } = fila.shift()
    if (!pagina.getElementById('vivo')) { // refused, and not by the desk
      const dicho = molde('no-se-pudo')
      dicho.querySelector('.fija').textContent = datos.get('q') || datos.getAll('clave').join(', ')
      apartar(dicho)
      continue
    }
    for (const parte of vivo.querySelectorAll('[data-queda]')) apartar(parte)
    poner(pagina, [marcha, vivo, lista])
    for (const forma of vivo.querySelectorAll('[data-envia]')) leidas.set(forma, leida)
    const enfoca = !fila.length && vivo.querySelector('[data-enfoca]')
    if (enfoca && !q.value) enfoca.focus()
  }
  decir()
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
  fila.push({ datos, leida: leidas.get(forma) ?? performance.now() })
  delete forma.dataset.queda // it was answered
  if (quedan.contains(forma)) forma.remove()
  q.focus()
  decir()
  vaciar()
}

document.addEventListener('submit', encolar)
quedan.addEventListener('click', (evento) => evento.target.closest('[data-quita]')?.closest('[data-queda]').remove())
addEventListener('beforeunload', (evento) => { if (fila.length) evento.preventDefault() })
// A reader types wherever the focus is: outside of a field, it is this one's.
document.addEventListener('keydown', (evento) => {
  if (evento.key.length === 1 && !evento.ctrlKey && !evento.altKey && !evento.metaKey && evento.key !== '?' && evento.key !== ' ' && !evento.target.closest('input:not([type=checkbox]), textarea, select, dialog')) q.focus()
})
