// What every page does: theme, dialogs, toasts, keys, failures of htmx, and the session's end.
import { avisar, prepararAvisos } from './avisos.js'
import { prepararTeclas } from './teclas.js'
import { prepararSesion } from './sesion.js'

const raiz = document.documentElement
const guardar = (clave, valor) => { try { localStorage.setItem(clave, valor) } catch { /* only this page remembers */ } }
const oscuro = () => raiz.dataset.tema ? raiz.dataset.tema === 'oscuro' : matchMedia('(prefers-color-scheme: dark)').matches

const decirContraste = () => {
  for (const b of document.querySelectorAll('button[data-contraste]')) b.setAttribute('aria-pressed', raiz.dataset.contraste === 'alto')
}
decirContraste()

document.addEventListener('click', (evento) => {
  const en = (selector) => evento.target.closest(selector)
  if (en('button[data-tema]')) guardar('prep-tema', raiz.dataset.tema = oscuro() ? 'claro' : 'oscuro')
  if (en('button[data-contraste]')) {
    if (raiz.dataset.contraste === 'alto') delete raiz.dataset.contraste
    else raiz.dataset.contraste = 'alto'
    guardar('prep-contraste', raiz.dataset.contraste ?? 'normal')
    decirContraste()
  }
  const abre = en('[data-abre]')
  if (abre) document.getElementById(abre.dataset.abre).showModal()
  if (en('dialog [data-cierra]')) en('dialog').close()
  if (evento.target instanceof HTMLDialogElement && evento.target.open) {
    const r = evento.target.getBoundingClientRect() // the backdrop is the dialog itself, outside its box
    if (evento.clientX < r.left || evento.clientX > r.right || evento.clientY < r.top || evento.clientY > r.bottom) evento.target.close()
  }
})

// A form sent twice is one act: the second press finds the button resting. Coming back to the page wakes it.
addEventListener('submit', (evento) => {
  if (evento.defaultPrevented || evento.target.method === 'dialog') return
  const boton = evento.submitter ?? evento.target.querySelector('[type=submit], button:not([type])')
  setTimeout(() => { if (boton) boton.disabled = true })
})
addEventListener('pageshow', (evento) => {
  if (evento.persisted) for (const b of document.querySelectorAll('button[disabled]')) b.disabled = false
})

const frases = document.getElementById('textos-de-falla').dataset
document.addEventListener('htmx:sendError', () => avisar(frases.sinRed, { mal: true }))
document.addEventListener('htmx:timeout', () => avisar(frases.sinRed, { mal: true }))
document.addEventListener('htmx:responseError', ({ detail: { xhr } }) => {
  const codigo = xhr.getResponseHeader('X-Codigo') ?? xhr.status
  const frase = { 401: '', 403: frases.sinPermiso, 429: frases.ocupado, 503: frases.ocupado }[xhr.status] ?? frases.servidor
  if (frase) avisar(frase.replace('{codigo}', codigo), { mal: true })
})

prepararAvisos()
prepararTeclas()
prepararSesion()
