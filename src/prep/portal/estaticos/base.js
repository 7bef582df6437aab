// Every page: how fresh the corte is, a polite notice of a newer one, theme, share and print.
import { RAIZ, AQUI, leer, entero, texto, ruta } from './datos.js'
import { t, di } from './textos.js'
import { el, reloj } from './dom.js'

const raiz = document.documentElement
const portada = 'portada' in document.body.dataset
const muro = 'muro' in document.body.dataset
const insertada = raiz.classList.contains('insertada')
const widget = 'widget' in document.body.dataset
raiz.classList.add('js')

// theme
const boton = document.getElementById('tema')
if (boton) {
  boton.hidden = false
  boton.addEventListener('click', () => {
    const oscuro = raiz.dataset.tema ? raiz.dataset.tema === 'oscuro' : matchMedia('(prefers-color-scheme: dark)').matches
    raiz.dataset.tema = oscuro ? 'claro' : 'oscuro'
    try { localStorage.setItem('prep-tema', raiz.dataset.tema) } catch { /* not stored */ }
  })
}

// the corte of this page
const linea = document.getElementById('corte')
let mio = null
let proceso = null
const esCabecera = d => d.formato === 'prep/cabecera/1' && entero(d.corte) && texto(d.hora) && texto(d.proceso) && texto(d.modo)

async function cabecera() {
  const d = await leer(new URL('cabecera.json', AQUI), esCabecera)
  mio = { corte: d.corte, hora: d.hora }
  proceso = d.proceso
  if (linea && !linea.dataset.n) {
    linea.dataset.n = d.corte
    linea.prepend(el('b', {}, di('corte_de', { n: d.corte, hora: di('hora_corta', { hhmm: reloj(d.hora) }) })), ' ')
  }
  frescura()
}

function frescura() {
  const lugar = document.getElementById('fresco')
  if (!mio || !lugar) return
  const proximo = document.querySelector('.proximo')
  if (proximo && Date.parse(proximo.dataset.cuando) < Date.now()) proximo.remove() // it is late, or this is an old corte
  const min = Math.floor((Date.now() - Date.parse(mio.hora)) / 60000)
  if (!(min >= 0) || min > 2880) { lugar.textContent = ''; return }
  lugar.textContent = min < 1 ? t.hace_ahora : min < 60 ? di('hace_min', { n: min }) : di('hace_h', { h: Math.floor(min / 60), m: min % 60 })
}

// a newer corte: announced, never mixed in
const aviso = document.getElementById('aviso')
const esUltimo = d => entero(d.corte) && d.corte > 0 && texto(d.hora) && texto(d.proceso) && /^cortes\/\d{4,}$/.test(d.ruta)
let dicho = 0
let fallas = 0

function relativa() {
  if (portada || widget) return null
  const corte = AQUI.pathname
  return location.pathname.startsWith(corte) ? location.pathname.slice(corte.length) || 'index.html' : null
}

export function destino(ultimo) {
  const rel = relativa()
  return rel === null ? new URL(`${ultimo.ruta}/${raiz.lang === 'en' ? 'en/' : ''}index.html`, RAIZ) : new URL(`${ultimo.ruta}/${rel}${location.hash}`, RAIZ)
}

// a corte whose pages could not be drawn has data alone: whoever is looking stays where they are
async function conPaginas(ultimo) {
  try { await leer(new URL(`${ultimo.ruta}/cabecera.json`, RAIZ), esCabecera); return true } catch { return false }
}

async function vigilar() {
  if (document.hidden) return
  let u
  try {
    u = await leer(new URL('ultimo.json', RAIZ), esUltimo, { cache: 'no-cache' })
    fallas = 0
  } catch {
    if (++fallas === 3 && aviso) aviso.replaceChildren(el('p', { class: 'nuevo' }, t.sin_red))
    return
  }
  if (!mio || u.proceso !== proceso || u.corte <= mio.corte || u.corte === dicho) return
  const hora = di('hora_corta', { hhmm: reloj(u.hora) })
  if (!await conPaginas(u)) {
    aviso?.replaceChildren(el('p', { class: 'nuevo' }, di('sin_paginas', { m: mio.corte, n: u.corte, hora })))
    return
  }
  // a cache may hold the page of the corte before for a while: asked again at each turn, never as soon as it comes
  if (widget) { if (visto) location.reload(); return }
  dicho = u.corte
  const nueva = destino(u)
  if (insertada) { nueva.search = '?insertada'; nueva.hash = ''; location.replace(nueva); return }
  if (muro) { location.replace(nueva); return }
  if (!aviso) return
  const frase = visto ? di('nuevo', { n: u.corte, hora }) : di('viejo', { m: mio.corte, n: u.corte, hora })
  aviso.replaceChildren(el('p', { class: 'nuevo' }, frase, ' ', el('a', { href: nueva.href }, t.ver_nuevo)))
}
let visto = false

// links that always open the same view
const bloque = document.getElementById('compartir')
if (bloque) {
  bloque.hidden = false
  for (const b of bloque.querySelectorAll('.botones, .inserta')) b.hidden = false
  const codigo = document.getElementById('codigo')
  if (codigo) codigo.value = codigo.value.replaceAll(/src="(?!https?:)([^"]*)"/g, (_, r) => `src="${new URL(r, RAIZ).href}"`)
  bloque.addEventListener('click', e => {
    const b = e.target.closest('button')
    if (!b) return
    if ('imprimir' in b.dataset) { print(); return }
    const antes = b.textContent
    const copiar = async texto => {
      try { await navigator.clipboard.writeText(texto) } catch { prompt(t.copiado, texto); return }
      b.textContent = t.copiado
      setTimeout(() => { b.textContent = antes }, 2000)
    }
    if (b.dataset.copiar === 'codigo') { copiar(codigo.value); return }
    const rel = relativa() || `${raiz.lang === 'en' ? 'en/' : ''}index.html`
    const url = b.dataset.copiar === 'ultimo'
      ? new URL(`index.html#/${rel}${location.hash.replace('#', '~')}`, RAIZ)
      : new URL(rel + location.hash, AQUI)
    copiar(url.href)
  })
}

// language link keeps the place in the page
for (const a of document.querySelectorAll('a[data-ancla]')) {
  a.addEventListener('click', () => { a.hash = location.hash })
}

// index.html#/GUB/5.html~ancla opens that view in the current corte
async function saltar() {
  const partes = portada && /^#\/([\w./-]+)(?:(?:~|%7E)([\w.-]+))?$/i.exec(location.hash) // some messengers write ~ so
  if (!partes || !ruta(partes[1])) return
  try {
    const u = await leer(new URL('ultimo.json', RAIZ), esUltimo, { cache: 'no-cache' })
    if (!await conPaginas(u)) return // the entry page, of the last corte that has pages, says the rest
    location.replace(new URL(`${u.ruta}/${partes[1]}${partes[2] ? '#' + partes[2] : ''}`, RAIZ))
  } catch (e) {
    aviso?.replaceChildren(el('p', { class: 'nuevo' }, di('falla', { razon: e.message })))
  }
}

// widget/AYUN.html#39 shows that place: its own page, with what a frame needs alone
async function insertar() {
  const lugar = /^#(\d+)$/.exec(location.hash)
  if (!widget || !lugar) return
  try {
    const u = await leer(new URL('ultimo.json', RAIZ), esUltimo, { cache: 'no-cache' })
    if (!await conPaginas(u)) return
    location.replace(new URL(`${u.ruta}/${raiz.lang === 'en' ? 'en/' : ''}${document.body.dataset.widget}/${lugar[1]}.html?insertada`, RAIZ))
  } catch { /* the whole election stays in view */ }
}

// a frame says how high its content is; it tells nothing else, and to whoever holds it
if ((widget || insertada) && parent !== window) {
  const decir = () => parent.postMessage({ prep: 'alto', alto: document.body.getBoundingClientRect().height }, '*')
  new ResizeObserver(decir).observe(document.body)
  for (const a of document.querySelectorAll('main a')) a.target = '_top'
}

await saltar()
await insertar()
try { await cabecera() } catch (e) {
  if (linea && !linea.dataset.n) linea.append(el('span', { class: 'falla' }, di('falla', { razon: e.message })))
}
await vigilar()
visto = true
setInterval(frescura, 30000)
const cada = (muro ? 20000 : 60000) * (0.75 + Math.random() / 2)
setInterval(vigilar, cada)
document.addEventListener('visibilitychange', vigilar)
