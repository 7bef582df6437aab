// Is this picture good enough to be read? What is wrong is explained, and the person decides.
export const LADO_MINIMO = 900 // pixels of the shorter side: digits of an acta are then 25 tall
const LADO = 1000
const BLOQUE = 50
const NITIDEZ_MINIMA = 150 // a drill's photograph gives 5,800; blurred until its digits are hard to read, 120
const LUZ_MINIMA = 80
const QUEMADO_MAXIMO = 0.6
const LADO_HOJA = 160 // enough to tell a sheet from what it lies on
const HOJA_MINIMA = 0.15 // of the picture
const TOQUE_MAXIMO = 2 // of those pixels, at the border

export function revisar(imagen) {
  const { width: ancho, height: alto } = imagen
  const f = LADO / Math.max(ancho, alto)
  const lienzo = new OffscreenCanvas(Math.round(ancho * f), Math.round(alto * f))
  const pincel = lienzo.getContext('2d', { willReadFrequently: true })
  pincel.drawImage(imagen, 0, 0, lienzo.width, lienzo.height)
  const { data } = pincel.getImageData(0, 0, lienzo.width, lienzo.height)
  const gris = new Uint8Array(lienzo.width * lienzo.height)
  for (let i = 0; i < gris.length; i++) gris[i] = (data[4 * i] * 299 + data[4 * i + 1] * 587 + data[4 * i + 2] * 114) / 1000
  const { papel, quemado } = luzDe(gris)
  const nitidez = nitidezDe(gris, lienzo.width, lienzo.height) / Math.max(0.01, (papel / 255) ** 2) // less light, less contrast
  const fallas = []
  if (Math.min(ancho, alto) < LADO_MINIMO) fallas.push('chica')
  if (papel < LUZ_MINIMA) fallas.push('oscura')
  else if (quemado > QUEMADO_MAXIMO && nitidez < NITIDEZ_MINIMA) fallas.push('quemada')
  if (nitidez < NITIDEZ_MINIMA && !fallas.includes('quemada')) fallas.push('borrosa')
  if (!esquinasDe(gris, lienzo.width, lienzo.height)) fallas.push('esquinas')
  return { ancho, alto, nitidez: Math.round(nitidez), papel, fallas }
}

// Variance of the Laplacian, block by block; the sharpest tenth speaks, since most of a sheet is blank.
function nitidezDe(gris, ancho, alto) {
  const bloques = []
  for (let y0 = 1; y0 + BLOQUE < alto; y0 += BLOQUE) {
    for (let x0 = 1; x0 + BLOQUE < ancho; x0 += BLOQUE) {
      let suma = 0
      let cuadrados = 0
      for (let y = y0; y < y0 + BLOQUE; y++) {
        for (let x = x0, i = y * ancho + x0; x < x0 + BLOQUE; x++, i++) {
          const l = 4 * gris[i] - gris[i - 1] - gris[i + 1] - gris[i - ancho] - gris[i + ancho]
          suma += l
          cuadrados += l * l
        }
      }
      const n = BLOQUE * BLOQUE
      bloques.push(cuadrados / n - (suma / n) ** 2)
    }
  }
  bloques.sort((a, b) => a - b)
  return bloques[Math.floor(bloques.length * 0.9)] ?? 0
}

// Whether the sheet is whole in the picture: the largest bright thing does not reach its border. Where nothing tells it
// from what it lies on, its corners are not seen.
export function esquinasDe(gris, ancho, alto) {
  const f = Math.max(1, Math.max(ancho, alto) / LADO_HOJA)
  const [w, h] = [Math.floor(ancho / f), Math.floor(alto / f)]
  const chica = reducir(gris, ancho, w, h, f)
  const umbral = umbralDe(chica)
  const clara = encoger(chica.map(g => g > umbral ? 1 : 0), w, h)
  const hoja = mayor(clara, w, h)
  if (hoja.length < HOJA_MINIMA * w * h) return false
  return hoja.filter(i => i % w === 0 || i % w === w - 1 || i < w || i >= w * (h - 1)).length <= TOQUE_MAXIMO
}

function reducir(gris, ancho, w, h, f) {
  const chica = new Uint8Array(w * h)
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [x0, x1, y0, y1] = [x * f, x * f + f, y * f, y * f + f].map(Math.floor)
      let suma = 0
      for (let j = y0; j < y1; j++) for (let i = x0; i < x1; i++) suma += gris[j * ancho + i]
      chica[y * w + x] = suma / ((x1 - x0) * (y1 - y0))
    }
  }
  return chica
}

// The brightness that best parts a picture in two (Otsu, 1979).
function umbralDe(gris) {
  const cuentas = new Uint32Array(256)
  for (const g of gris) cuentas[g]++
  const total = gris.reduce((s, g) => s + g, 0)
  let [umbral, mejor, abajo, suma] = [0, 0, 0, 0]
  for (let g = 0; g < 255; g++) {
    abajo += cuentas[g]
    suma += g * cuentas[g]
    const arriba = gris.length - abajo
    const entre = abajo && arriba ? abajo * arriba * (suma / abajo - (total - suma) / arriba) ** 2 : 0
    if (entre > mejor) [umbral, mejor] = [g, entre]
  }
  return umbral
}

// Without its edge: a streak of light on the table joins nothing. What the picture cuts stays at the border.
function encoger(clara, w, h) {
  const vecina = (x, y) => x < 0 || y < 0 || x >= w || y >= h || clara[y * w + x]
  return clara.map((c, i) => {
    const [x, y] = [i % w, Math.floor(i / w)]
    for (let j = -1; c && j < 2; j++) for (let k = -1; k < 2; k++) c &&= vecina(x + k, y + j)
    return c
  })
}

// The largest group of bright pixels that touch one another, as their places.
function mayor(clara, w, h) {
  const vista = new Uint8Array(clara.length)
  let grupo = []
  for (let inicio = 0; inicio < clara.length; inicio++) {
    if (!clara[inicio] || vista[inicio]) continue
    const este = [inicio]
    vista[inicio] = 1
    for (let n = 0; n < este.length; n++) {
      const [i, x] = [este[n], este[n] % w]
      for (const [j, dentro] of [[i - 1, x > 0], [i + 1, x < w - 1], [i - w, i >= w], [i + w, i < w * (h - 1)]]) {
        if (dentro && clara[j] && !vista[j]) { vista[j] = 1; este.push(j) }
      }
    }
    if (este.length > grupo.length) grupo = este
  }
  return grupo
}

// Brightness of what is probably paper, and how much of the picture has lost everything to light.
function luzDe(gris) {
  const cuentas = new Uint32Array(256)
  for (const g of gris) cuentas[g]++
  let papel = 0
  for (let visto = 0; papel < 255 && visto + cuentas[papel] < gris.length * 0.8; papel++) visto += cuentas[papel]
  let quemados = 0
  for (let g = 253; g < 256; g++) quemados += cuentas[g]
  return { papel, quemado: quemados / gris.length }
}
