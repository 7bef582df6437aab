// The QR of an acta, read on the phone by the reader that the desks use too (zxing-cpp). It says of which acta the sheet is;
// whether it is genuine, only who has the process's key can tell: the phone compares, and the person decides.
import { prepareZXingModule, readBarcodes } from './zxing-3.1.6/reader/index.js'

const LADO = 2000
const OPCIONES = { formats: ['QRCode'], tryInvert: false, maxNumberOfSymbols: 8 }
let lector = null

export function preparar() {
  lector ??= fetch('/casilla/lector.wasm').then(r => r.arrayBuffer())
    .then(wasmBinary => prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true }))
  return lector.catch(error => { lector = null; throw error })
}

// What the QRs of a picture name: `actas` of this process, by key; `otro`, whether one is of another process.
export async function leerQR(imagen, proceso) {
  await preparar()
  const f = Math.min(1, LADO / Math.max(imagen.width, imagen.height))
  const lienzo = new OffscreenCanvas(Math.round(imagen.width * f), Math.round(imagen.height * f))
  const pincel = lienzo.getContext('2d', { willReadFrequently: true })
  pincel.drawImage(imagen, 0, 0, lienzo.width, lienzo.height)
  const hallados = await readBarcodes(pincel.getImageData(0, 0, lienzo.width, lienzo.height), OPCIONES)
  const nuestros = hallados.map(h => h.text.split(':')).filter(p => p.length === 5 && p[0] === 'PREP1')
  const este = proceso.toUpperCase().replace(/[ _]/g, '-') // as prep.papel.qr writes it
  return { actas: [...new Set(nuestros.filter(p => p[1] === este).map(p => p[2]))], otro: nuestros.some(p => p[1] !== este) }
}
