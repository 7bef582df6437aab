// The camera, inside the page: leaving it for the camera's own application lets the system end this one.
export { abrir, alumbrar, cerrar } from '../diseno/camara.js'

const PLAZO_FOTO = 4000
export const PESO_MAXIMO = 600_000
const LADO_MAXIMO = 2600
const CALIDADES = [0.9, 0.84, 0.78, 0.7, 0.62, 0.54]

// The sensor's picture where the phone gives it in time and it is no smaller than the frame; else the frame that is seen.
// The other one is let go of: its pixels, megabytes of them, are not where the collector of garbage looks.
export async function tomar(camara) {
  const cuadro = await createImageBitmap(camara.video)
  const foto = 'ImageCapture' in globalThis ? await delSensor(camara.pista) : null
  if (!foto) return cuadro
  const [queda, sobra] = foto.width * foto.height >= cuadro.width * cuadro.height ? [foto, cuadro] : [cuadro, foto]
  sobra.close()
  return queda
}
async function delSensor(pista) {
  let foto
  let tarde
  try {
    foto = new ImageCapture(pista).takePhoto().then(b => createImageBitmap(b))
    const plazo = new Promise((_, no) => { tarde = setTimeout(() => no(new Error('tarda')), PLAZO_FOTO) })
    return await Promise.race([foto, plazo])
  } catch { // some phones say they can and do not: the frame serves
    foto?.then(imagen => imagen.close(), () => {})
    return null
  } finally { clearTimeout(tarde) }
}
export const deArchivo = archivo => createImageBitmap(archivo, { imageOrientation: 'from-image' })

// A JPEG of its pixels alone, 600 kB at most: nothing that a camera writes beside them (where, when, with what) is in it.
export async function comprimir(imagen) {
  for (let f = Math.min(1, LADO_MAXIMO / Math.max(imagen.width, imagen.height)); ; f *= 0.85) {
    const lienzo = new OffscreenCanvas(Math.round(imagen.width * f), Math.round(imagen.height * f))
    lienzo.getContext('2d').drawImage(imagen, 0, 0, lienzo.width, lienzo.height)
    for (const quality of CALIDADES) {
      const jpeg = await lienzo.convertToBlob({ type: 'image/jpeg', quality })
      if (jpeg.size <= PESO_MAXIMO) return soloPixeles(await jpeg.arrayBuffer())
    }
  }
}

// What browsers write beside the pixels (a colour profile, that of every screen) goes too: what the phone signs is what is published.
function soloPixeles(datos) {
  const b = new Uint8Array(datos)
  const partes = [b.subarray(0, 2)]
  for (let i = 2; b[i] === 0xff;) { // from segment to segment, as far as there are any
    if (b[i + 1] === 0xda) return new Blob([...partes, b.subarray(i)]).arrayBuffer()
    const fin = i + 2 + b[i + 2] * 256 + b[i + 3]
    if (b[i + 1] <= 0xe0) partes.push(b.subarray(i, fin))
    i = fin
  }
  throw new DOMException('no es JPEG', 'EncodingError')
}
