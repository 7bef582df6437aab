// Is this picture good enough to be read? What is wrong is explained, and the person decides.
export const LADO_MINIMO = 900 // pixels of the shorter side: digits of an acta are then 25 tall
const LADO = 1000
const BLOQUE = 50
const NITIDEZ_MINIMA = 150 // a drill's photograph gives 5,800; blurred until its digits are hard to read, 120
const LUZ_MINIMA = 80
const QUEMADO_MAXIMO = 0.6

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
