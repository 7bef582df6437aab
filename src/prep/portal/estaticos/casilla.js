// Find my casilla: a sección number to the page of its demarcation in each election.
import { AQUI, leer, incrustados } from './datos.js'
import { t, di } from './textos.js'
import { el, falla } from './dom.js'

const formulario = document.getElementById('buscar')
const resultado = document.getElementById('resultado')
const datos = incrustados()
const idioma = document.documentElement.lang === 'en' ? 'en/' : ''
const forma = d => d.formato === 'prep/secciones/1' && typeof d.secciones === 'object' && d.secciones !== null

async function buscar(escrito) {
  if (!/^\d{1,4}$/.test(escrito) || Number(escrito) === 0) { resultado.replaceChildren(el('p', { class: 'falla' }, t.seccion_mala)); return }
  const n = Number(escrito)
  let d
  try { d = await leer(new URL('secciones.json', AQUI), forma) } catch (e) { falla(resultado, e, () => buscar(escrito)); return }
  const donde = d.secciones[String(n)]
  if (!Array.isArray(donde)) { resultado.replaceChildren(el('p', { class: 'falla' }, di('seccion_no', { n }))); return }
  const enlaces = datos.elecciones.map(([clave, nombre, agrupa, lugares]) => {
    const id = donde[agrupa === 'municipio' ? 1 : 0]
    if (!(id in lugares)) return null
    const url = new URL(`${idioma}${clave}/${id}.html#s${n}`, AQUI)
    return el('li', {}, el('a', { href: url.href }, el('b', {}, nombre), el('span', {}, lugares[id])))
  })
  resultado.replaceChildren(el('p', {}, di('seccion_es', { n })), el('ul', { class: 'opciones' }, enlaces))
  history.replaceState(null, '', `?seccion=${n}`)
}

if (formulario && datos) {
  formulario.hidden = false
  formulario.addEventListener('submit', e => { e.preventDefault(); buscar(formulario.seccion.value.trim()) })
  const pedida = new URLSearchParams(location.search).get('seccion')
  if (pedida) { formulario.seccion.value = pedida; buscar(pedida) }
}
