// The picture: it follows the row being worked on, and is moved, turned and cleared by keyboard.
import { declarar } from '../diseno/teclas.js'

const FILTROS = { contraste: ['', 'contrast(1.8)', 'contrast(3) grayscale(1)'], brillo: ['', 'brightness(1.35)', 'brightness(.7)'], invertir: ['', 'invert(1)'] }
const PASO = 80, ZOOM = 1.25, ALREDEDOR = 1.6

/** Nothing beyond the sheet's edges is shown while the sheet fills the view. */
const sujetar = (lugar, largo, hueco) => (largo <= hueco ? (hueco - largo) / 2 : Math.min(0, Math.max(hueco - largo, lugar)))

/** `alEscribir`: letters are its keys also in a field, which takes digits alone. */
export function prepararVisor({ alEscribir = true } = {}) {
  const visor = document.getElementById('visor'), vista = visor.querySelector('.vista'), img = vista.querySelector('img'), guia = vista.querySelector('.guia')
  const mensaje = vista.querySelector('.mensaje'), enderezada = () => 'enderezada' in document.getElementById('mesa').dataset
  const filtros = { contraste: 0, brillo: 0, invertir: 0 }
  let escala = 1, x = 0, y = 0, giro = 0, caja = null, lista

  function pintar() {
    img.style.transform = `translate(${x}px, ${y}px) scale(${escala}) rotate(${giro * 90}deg)`
    img.style.filter = Object.entries(filtros).map(([f, n]) => FILTROS[f][n]).join(' ').trim()
    guia.hidden = !caja || giro !== 0 || img.hidden
    if (guia.hidden) return
    const [cx, cy, ancho, alto] = caja, w = img.naturalWidth, h = img.naturalHeight
    guia.style.transform = `translate(${x + cx * w * escala}px, ${y + cy * h * escala}px)`
    guia.style.width = `${ancho * w * escala}px`; guia.style.height = `${alto * h * escala}px`
  }

  function entera() {
    const deLado = giro % 2, w = deLado ? img.naturalHeight : img.naturalWidth, h = deLado ? img.naturalWidth : img.naturalHeight
    escala = Math.min(vista.clientWidth / w, vista.clientHeight / h)
    // It turns about its upper left corner.
    x = (vista.clientWidth - w * escala) / 2 + (giro === 1 || giro === 2 ? w * escala : 0)
    y = (vista.clientHeight - h * escala) / 2 + (giro === 2 || giro === 3 ? h * escala : 0)
    pintar()
  }

  function acercar(cuanto) {
    const cx = vista.clientWidth / 2, cy = vista.clientHeight / 2, nueva = Math.min(8, Math.max(.05, escala * cuanto))
    x = cx - (cx - x) * nueva / escala; y = cy - (cy - y) * nueva / escala; escala = nueva
    pintar()
  }

  /** Bring a row of the straight sheet to the middle, with what is around it. */
  function mirar(donde) {
    caja = enderezada() && donde ? donde : null
    if (!caja || img.hidden || !img.naturalWidth) return pintar()
    const [cx, cy, ancho, alto] = caja, w = img.naturalWidth, h = img.naturalHeight
    giro = 0
    escala = Math.min(vista.clientWidth / (ancho * w * 1.06), vista.clientHeight / (alto * h * ALREDEDOR), 3)
    x = sujetar(vista.clientWidth / 2 - (cx + ancho / 2) * w * escala, w * escala, vista.clientWidth)
    y = sujetar(vista.clientHeight / 2 - (cy + alto / 2) * h * escala, h * escala, vista.clientHeight)
    pintar()
  }

  const girar = (filtro) => { filtros[filtro] = (filtros[filtro] + 1) % FILTROS[filtro].length; pintar() }
  const actos = {
    acercar: () => acercar(ZOOM), alejar: () => acercar(1 / ZOOM), entera: () => { giro = 0; entera() }, girar: () => { giro = (giro + 1) % 4; caja = null; entera() },
    contraste: () => girar('contraste'), brillo: () => girar('brillo'), invertir: () => girar('invertir'),
    arriba: () => { y -= PASO; pintar() }, abajo: () => { y += PASO; pintar() }, izquierda: () => { x -= PASO; pintar() }, derecha: () => { x += PASO; pintar() },
  }
  for (const b of visor.querySelectorAll('[data-visor]')) {
    const hacer = actos[b.dataset.visor]
    declarar({ tecla: b.dataset.con, dice: b.getAttribute('aria-label'), hacer, alEscribir })
    if (b.matches('button')) { b.tabIndex = -1; b.title += ` (${b.dataset.con})`; b.addEventListener('click', hacer) }
  }
  const falla = () => { mensaje.hidden = false }
  img.addEventListener('error', falla)
  const llega = () => new Promise((ya) => { img.addEventListener('load', ya, { once: true }) })

  function abrir(cuando) {
    lista = cuando.then(() => {
      img.hidden = false
      if (img.naturalWidth) { caja ? mirar(caja) : entera() } else falla()
    })
  }

  /** Another picture, as it is, in the place of this one: which is not seen while the other comes. */
  function poner(src) {
    img.hidden = mensaje.hidden = guia.hidden = true
    for (const filtro in filtros) filtros[filtro] = 0
    giro = 0; caja = null
    abrir(llega())
    img.src = src
  }

  abrir(img.complete ? Promise.resolve() : llega())
  addEventListener('resize', () => (caja ? mirar(caja) : entera()))
  return { mirar, entera, poner, img, get lista() { return lista }, get enderezada() { return enderezada() } }
}

export const caja = (e) => e?.dataset.caja ? e.dataset.caja.split(' ').map(Number) : null

/** Draw a part of the straight sheet by itself. */
export function recortar(img, [cx, cy, ancho, alto], lienzo) {
  const w = img.naturalWidth, h = img.naturalHeight
  lienzo.width = ancho * w; lienzo.height = alto * h
  lienzo.getContext('2d').drawImage(img, cx * w, cy * h, ancho * w, alto * h, 0, 0, ancho * w, alto * h)
  lienzo.hidden = false
}
