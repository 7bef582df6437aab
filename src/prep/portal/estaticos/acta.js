// One acta: its image with zoom and hash, what it says, where it came from and when.
import { RAIZ, AQUI, entero, ruta, sha256 } from './datos.js'
import { t, di } from './textos.js'
import { el, miles, muestra } from './dom.js'
import { estados, observaciones } from './actas.js'

const valor = v => entero(v) ? miles(v) : v === undefined ? '—' : String(v)
const iso = s => typeof s === 'string' ? s.replace(/^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d).*$/, '$3/$2/$1 $4') : null

/** `D-F` in words. */
const mecanismos = a => typeof a.mecanismos === 'string' ? a.mecanismos.split('-').map(m => t.mecanismo[m] ?? m).join(', ') : null

/** Opens it. `alCerrar` runs when the reader closes it; the function given back closes it without a word. */
export function mostrar(acta, casilla, columnas, alCerrar) {
  const seccion = Number(acta.clave.slice(2, 6))
  const dialogo = el('dialog', { class: 'dialogo', 'aria-labelledby': 'acta-titulo' })
  const cerrar = el('button', { type: 'button', class: 'icono cierra', 'aria-label': t.cerrar, onclick: () => dialogo.close() }, '×')
  const otras = new URL(`${document.documentElement.lang === 'en' ? 'en/' : ''}casilla.html?seccion=${seccion}`, AQUI)
  dialogo.append(
    el('div', { class: 'cabeza' }, el('h2', { id: 'acta-titulo' }, `${di('seccion', { n: seccion })} ${casilla.nombre || ''}`,
      el('small', {}, acta.clave)), cerrar),
    el('div', { class: 'acta-dos' }, imagen(acta), el('div', { class: 'acta-datos' }, contenido(acta, casilla, columnas),
      el('p', { class: 'mandos' }, copiador(acta), Number.isInteger(seccion) && seccion > 0 && el('a', { href: otras.href }, t.otras)))))
  let callado = false
  dialogo.addEventListener('close', () => {
    dialogo.remove()
    if (!callado) alCerrar()
  })
  dialogo.addEventListener('click', e => { if (e.target === dialogo) dialogo.close() })
  document.body.append(dialogo)
  dialogo.showModal()
  return () => { callado = true; dialogo.close() }
}

function copiador(acta) {
  const boton = el('button', {
    type: 'button', onclick: async () => {
      const url = new URL(`#${acta.clave}`, location.href.replace(/[?#].*$/, '')).href
      try { await navigator.clipboard.writeText(url) } catch { prompt(t.copiado, url); return }
      boton.textContent = t.copiado
      setTimeout(() => { boton.textContent = t.copiar_acta }, 2000)
    }
  }, t.copiar_acta)
  return boton
}

function contenido(acta, casilla, columnas) {
  const v = acta.valores
  const partes = []
  partes.push(el('p', {}, estados(acta), t.situacion_nota[acta.situacion] && el('span', { class: 'quien' }, t.situacion_nota[acta.situacion])))
  const obs = observaciones(acta)
  partes.push(el('h3', {}, t.observaciones), obs.length ? el('ul', { class: 'lista' }, obs) : el('p', { class: 'nota' }, t.sin_observaciones))
  if (v && typeof v.votos === 'object') {
    const cajas = Object.entries(v.votos)
    const renglon = ([k, n]) => {
      const c = columnas.get(k) || { nombre: k, clases: [] }
      return el('tr', {}, el('th', { scope: 'row' }, c.clases.length ? muestra(c.clases) : null, c.nombre), el('td', { class: 'num' }, valor(n)))
    }
    const ceros = cajas.filter(([, n]) => n === 0)
    const asentado = v.total_asentado, calculado = v.total_calculado
    const distintos = entero(asentado) && entero(calculado) && asentado !== calculado
    partes.push(el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t.recuadro), el('th', { scope: 'col', class: 'num' }, t.votos))),
      el('tbody', {}, cajas.filter(([, n]) => n !== 0).map(renglon), ['total_asentado', 'total_calculado'].filter(k => k in v).map(k =>
        el('tr', { class: distintos ? 'suma distinta' : 'suma' }, el('th', { scope: 'row' }, t[k]), el('td', { class: 'num' }, valor(v[k])))))))
    if (distintos) partes.push(el('p', { class: 'ojo' }, di('distintos', { asentado: miles(asentado), calculado: miles(calculado) })))
    if (ceros.length) partes.push(el('details', { class: 'ceros' }, el('summary', {}, di('en_cero', { n: ceros.length })), el('table', {}, el('tbody', {}, ceros.map(renglon)))))
  }
  const datos = [
    ...['personas_votaron', 'representantes_votaron', 'votos_sacados', 'boletas_sobrantes'].filter(k => v && k in v).map(k => [t[k], valor(v[k])]),
    [t.lista_nominal, entero(casilla.lista_nominal) ? miles(casilla.lista_nominal) : null],
    [t.tipo_documento, acta.tipo_documento], [t.origen, acta.origen], [t.digitalizacion, acta.digitalizacion], [t.mecanismos, mecanismos(acta)],
    [t.acopio, iso(acta.acopio)], [t.captura, iso(acta.captura)], [t.verificacion, iso(acta.verificacion)]
  ].filter(([, x]) => x)
  partes.push(el('dl', { class: 'pares' }, datos.map(([k, x]) => el('div', {}, el('dt', {}, k), el('dd', {}, String(x))))))
  return partes
}

function imagen(acta) {
  const marco = el('div', { class: 'acta-imagen' })
  if (!acta.imagen || !ruta(acta.imagen.ruta) || !/^[0-9a-f]{64}$/.test(acta.imagen.sha256)) {
    marco.append(el('p', { class: 'nota' }, t.sin_imagen))
    return marco
  }
  const url = new URL(acta.imagen.ruta, RAIZ)
  const foto = el('img', { src: url.href, alt: di('imagen_alt', { clave: acta.clave }), decoding: 'async' })
  const visor = el('div', { class: 'visor', tabindex: '0', role: 'group', 'aria-label': di('imagen_alt', { clave: acta.clave }) }, foto)
  let zoom = 100
  const aplica = z => { zoom = Math.min(600, Math.max(100, z)); foto.style.width = `${zoom}%` }
  visor.addEventListener('wheel', e => { if (e.ctrlKey) { e.preventDefault(); aplica(zoom - Math.sign(e.deltaY) * 25) } }, { passive: false })
  visor.addEventListener('dblclick', () => aplica(zoom > 100 ? 100 : 250))
  visor.addEventListener('keydown', e => {
    if (e.key === '+') aplica(zoom + 50); else if (e.key === '-') aplica(zoom - 50); else if (e.key === '0') aplica(100)
  })
  let desde = null
  visor.addEventListener('pointerdown', e => { if (e.pointerType === 'mouse') { desde = [e.clientX, e.clientY, visor.scrollLeft, visor.scrollTop]; visor.setPointerCapture(e.pointerId) } })
  visor.addEventListener('pointermove', e => { if (desde) { visor.scrollLeft = desde[2] + desde[0] - e.clientX; visor.scrollTop = desde[3] + desde[1] - e.clientY } })
  visor.addEventListener('pointerup', () => { desde = null })
  foto.draggable = false
  foto.addEventListener('error', () => visor.replaceChildren(el('p', { class: 'falla', role: 'alert' }, t.imagen_falta)))
  const dicho = el('p', { role: 'status' })
  const comprobar = async () => {
    if (!globalThis.crypto?.subtle) { dicho.textContent = t.huella_no; return }
    try {
      const r = await fetch(url, { credentials: 'omit' })
      if (!r.ok) throw new Error()
      const bien = await sha256(await r.arrayBuffer()) === acta.imagen.sha256
      dicho.textContent = bien ? t.huella_bien : t.huella_mal
      dicho.className = bien ? 'bien' : 'falla'
    } catch { dicho.textContent = t.imagen_falta; dicho.className = 'falla' }
  }
  marco.append(
    el('p', { class: 'mandos' },
      el('button', { type: 'button', onclick: () => aplica(zoom + 50) }, t.acercar), el('button', { type: 'button', onclick: () => aplica(zoom - 50) }, t.alejar),
      el('button', { type: 'button', onclick: () => aplica(100) }, t.ajustar), el('a', { href: url.href, target: '_blank', rel: 'noopener' }, t.abrir_imagen)),
    visor,
    el('div', { class: 'huella' }, el('span', {}, t.huella), el('code', {}, acta.imagen.sha256),
      el('button', { type: 'button', onclick: comprobar }, t.comprobar), dicho))
  return marco
}
