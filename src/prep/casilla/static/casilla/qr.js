// The QR of an acta says of which acta the sheet is; whether it is genuine, only who has the process's key can tell: the
// phone compares, and the person decides.
import { leerTextos } from '../diseno/qr.js'
export { preparar } from '../diseno/qr.js'

// What the QRs of a picture name: `actas` of this process, by key; `otro`, whether one is of another process.
export async function leerQR(imagen, proceso) {
  const nuestros = (await leerTextos(imagen)).map(t => t.split(':')).filter(p => p.length === 5 && p[0] === 'PREP1')
  const este = proceso.toUpperCase().replace(/[ _]/g, '-') // as prep.papel.qr writes it
  return { actas: [...new Set(nuestros.filter(p => p[1] === este).map(p => p[2]))], otro: nuestros.some(p => p[1] !== este) }
}
