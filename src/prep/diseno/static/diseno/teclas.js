// The page's keys. An element says `data-tecla="F2"` and is pressed by it; a module says
// `declarar({ tecla: 'Enter', dice: 'Siguiente acta', hacer })`. `?` shows them all.
// Names as in KeyboardEvent.key, with Ctrl+, Alt+ and Shift+ before. A single letter is not a shortcut while one writes,
// unless declared with `alEscribir: true`.
const declaradas = new Map()

export function declarar({ tecla, dice, hacer, alEscribir = false }) {
  if (declaradas.has(tecla)) throw new Error(`Dos acciones piden la tecla ${tecla}.`)
  declaradas.set(tecla, { dice, hacer, alEscribir })
  return () => declaradas.delete(tecla)
}

export function nombre(evento) {
  const tecla = evento.key.length === 1 && evento.key !== '?' ? evento.key.toLowerCase() : evento.key
  const conMayuscula = evento.shiftKey && evento.key.length > 1
  return (evento.ctrlKey ? 'Ctrl+' : '') + (evento.altKey ? 'Alt+' : '') + (conMayuscula ? 'Shift+' : '') + tecla
}

const escribe = (donde) => donde.closest?.('input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]')
const visibles = () => [...(document.querySelector('dialog[open]') ?? document).querySelectorAll('[data-tecla]')].filter((e) => e.checkVisibility())
const igual = (a, b) => a.length === 1 || b.length === 1 ? a.toLowerCase() === b.toLowerCase() : a === b

function responder(evento) {
  if (evento.defaultPrevented || evento.repeat || evento.isComposing) return
  const tecla = nombre(evento)
  const suelta = evento.key.length === 1 && !evento.ctrlKey && !evento.altKey
  const modal = document.querySelector('dialog[open]')
  if (tecla === '?' && !escribe(evento.target) && !modal) { evento.preventDefault(); return mostrar() }
  const propia = !modal && declaradas.get(tecla)
  if (propia && (propia.alEscribir || !suelta || !escribe(evento.target))) { evento.preventDefault(); return propia.hacer(evento) }
  const elemento = (!suelta || !escribe(evento.target)) && visibles().find((e) => igual(e.dataset.tecla, tecla))
  if (!elemento || (tecla === 'Enter' && evento.target.closest?.('button, a, textarea, summary'))) return
  evento.preventDefault()
  elemento.matches('button, a, summary') ? elemento.click() : elemento.focus()
}

function mostrar() {
  const dialogo = document.getElementById('atajos'), lista = dialogo.querySelector('dl')
  const filas = [...declaradas].map(([tecla, { dice }]) => [tecla, dice])
  for (const e of visibles()) {
    const sinTecla = e.cloneNode(true)
    for (const k of sinTecla.querySelectorAll('kbd')) k.remove()
    filas.push([e.dataset.tecla, e.dataset.dice ?? e.getAttribute('aria-label') ?? sinTecla.textContent.trim()])
  }
  lista.replaceChildren(...filas.flatMap(([tecla, dice]) => {
    const dt = document.createElement('dt'), dd = document.createElement('dd'), kbd = document.createElement('kbd')
    kbd.textContent = tecla; dt.append(kbd); dd.textContent = dice
    return [dt, dd]
  }), dialogo.querySelector('template').content.cloneNode(true))
  dialogo.querySelector('.nota').hidden = filas.length > 0
  dialogo.showModal()
}

export function prepararTeclas() {
  document.addEventListener('keydown', responder)
  for (const b of document.querySelectorAll('[data-abre=atajos]')) b.addEventListener('click', (e) => { e.stopPropagation(); mostrar() })
}
