// QRs, read in the page by the reader that the program uses too (zxing-cpp).
import { prepareZXingModule, readBarcodes } from './zxing-3.1.6/reader/index.js'

const LADO = 2000
const OPCIONES = { formats: ['QRCode'], tryInvert: false, maxNumberOfSymbols: 8 }
let lector = null

export function preparar() {
  lector ??= fetch('/diseno/lector.wasm').then(r => r.arrayBuffer())
    .then(wasmBinary => prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true }))
  return lector.catch(error => { lector = null; throw error })
}

// What the QRs of a picture say. `imagen`: anything that can be drawn, of `ancho` × `alto` pixels.
export async function leerTextos(imagen, ancho = imagen.width, alto = imagen.height) {
  await preparar()
  const f = Math.min(1, LADO / Math.max(ancho, alto))
  const lienzo = new OffscreenCanvas(Math.round(ancho * f), Math.round(alto * f))
  const pincel = lienzo.getContext('2d', { willReadFrequently: true })
  pincel.drawImage(imagen, 0, 0, lienzo.width, lienzo.height)
  const hallados = await readBarcodes(pincel.getImageData(0, 0, lienzo.width, lienzo.height), OPCIONES)
  return hallados.map(h => h.text)
}
