// A part of the page that brings itself up to date. It asks with the seal of what it shows, and is answered only when
// something changed; where there is no answer it says so in place, once, and goes on asking.
const sellos = new Map()
const marco = (evento) => evento.target.closest?.('[data-vivo]')
const decir = (donde, viejo) => { donde.querySelector('[data-viejo]').hidden = !viejo }

document.addEventListener('htmx:configRequest', (evento) => {
  const sello = marco(evento) && sellos.get(evento.target.id)
  if (sello) evento.detail.headers['If-None-Match'] = sello
})
document.addEventListener('htmx:beforeSwap', (evento) => {
  const { xhr } = evento.detail
  if (!marco(evento)) return
  if (xhr.status === 304) evento.detail.shouldSwap = false
  if (xhr.status === 304 || xhr.status === 200) decir(marco(evento), false)
  if (xhr.status === 200) sellos.set(evento.target.id, xhr.getResponseHeader('ETag'))
})
for (const uno of document.querySelectorAll('[data-vivo]')) {
  for (const falla of ['htmx:sendError', 'htmx:timeout', 'htmx:responseError']) {
    uno.addEventListener(falla, (evento) => { evento.stopPropagation(); decir(uno, true) })
  }
}
