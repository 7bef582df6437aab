// Elements from names, attributes and children; text is always text.
const SVG = 'http://www.w3.org/2000/svg'
export function h(nombre, atributos = {}, ...hijos) {
  const [etiqueta, ...clases] = nombre.split('.')
  const e = document.createElement(etiqueta || 'div')
  if (clases.length) e.className = clases.join(' ')
  for (const [clave, valor] of Object.entries(atributos)) {
    if (valor === null || valor === undefined || valor === false) continue
    if (clave.startsWith('on')) e.addEventListener(clave.slice(2), valor)
    else if (clave in e && typeof valor !== 'string') e[clave] = valor
    else e.setAttribute(clave, valor === true ? '' : valor)
  }
  e.append(...hijos.flat().filter(x => x !== null && x !== undefined && x !== false))
  return e
}
export function ico(nombre) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', 'ico')
  svg.setAttribute('aria-hidden', 'true')
  const uso = document.createElementNS(SVG, 'use')
  uso.setAttribute('href', `/estaticos/diseno/iconos.svg#${nombre}`)
  svg.append(uso)
  return svg
}
const ICONO = { bien: 'palomita', aviso: 'alerta', mal: 'tache', curso: 'reloj', '': 'info' }
export const estado = (texto, tono = '', icono = '') => h(`span.estado${tono && `.${tono}`}`, {}, tono || icono ? ico(icono || ICONO[tono]) : '', texto)
export const mensaje = (tono, ...hijos) => h(`div.mensaje${tono && `.${tono}`}`, {}, ico(ICONO[tono]), h('div', {}, ...hijos))
export const boton = (texto, clase, onclick, icono = '') => h(`button.boton${clase && `.${clase}`}`, { type: 'button', onclick }, icono && ico(icono), texto)
export const enlace = (texto, a, clase = '', icono = '') => h(`a.boton${clase && `.${clase}`}`, { href: a }, icono && ico(icono), texto)
