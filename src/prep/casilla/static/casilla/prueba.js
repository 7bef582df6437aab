// Whether this phone will do, measured on it: the way that an acta takes, from the lens to what is kept and signed.
import { ensayarEspacio, requisitos } from './alta.js'
import { ajustar, escribir, leer } from './almacen.js'
import * as camara from './camara.js'
import { sha256 } from './canonico.js'
import { crearLlave, firmarHecho } from './firma.js'
import { revisar } from './revision.js'

// The least pixels, the most milliseconds: docs/requisitos-telefonos.md says each, and a test holds it to these.
export const LIMITES = { pantalla: 320, lado: 1200, tomar: 6000, preparar: 4000, guardar: 3000 }
const AL_MENOS = ['pantalla', 'lado']
const VECES = 3
const DE_PRUEBA = { ambito: 'prueba', dispositivo: 'prueba' }

const dicho = (nombre, medida) => ({ nombre, medida, limite: LIMITES[nombre], bien: AL_MENOS.includes(nombre) ? medida >= LIMITES[nombre] : medida <= LIMITES[nombre] })

// One after another, {nombre, medida, limite, bien}; of what is not measured, no `medida`, and of what could not be done
// `porque`, as the browser says it. Of each thing that is done several times, the slowest. Nothing is sent or stays.
export async function* medir() {
  for (const [nombre, bien] of await requisitos()) {
    if (nombre !== 'instalada') yield { nombre, bien: bien && (nombre !== 'espacio' || await ensayarEspacio()) }
  }
  yield dicho('pantalla', Math.min(screen.width, screen.height))
  const vista = Object.assign(document.createElement('video'), { muted: true, playsInline: true })
  let abierta
  try {
    abierta = await camara.abrir(vista)
  } catch {
    return yield { nombre: 'permiso', bien: false }
  }
  try {
    const veces = []
    for (let n = 0; n < VECES; n++) veces.push(await unaVez(abierta))
    yield dicho('lado', Math.min(...veces.map(v => v.lado)))
    for (const que of ['tomar', 'preparar', 'guardar']) yield dicho(que, Math.max(...veces.map(v => v[que])))
  } catch ({ message: nombre, cause }) {
    yield { nombre, bien: false, porque: String(cause) }
  } finally {
    camara.cerrar(abierta)
    await escribir([['ajustes', 'prueba']])
  }
}

// Throws an error whose message is which of the three things could not be done, and whose cause what the browser said.
async function unaVez(abierta) {
  const medido = {}
  const dar = async (que, hacer) => {
    const desde = performance.now()
    const dado = await hacer().catch(cause => { throw new Error(que, { cause }) })
    medido[que] = Math.round(performance.now() - desde)
    return dado
  }
  const imagen = await dar('tomar', () => camara.tomar(abierta))
  medido.lado = Math.min(imagen.width, imagen.height)
  const jpeg = await dar('preparar', async () => {
    try {
      revisar(imagen)
      return await camara.comprimir(imagen)
    } finally { imagen.close() }
  })
  await dar('guardar', async () => {
    const hecho = { tipo: 'prueba', contenido: { imagen: await sha256(jpeg) } }
    await firmarHecho(DE_PRUEBA, await crearLlave(), { secuencia: 0, previo: '' }, hecho)
    await ajustar('prueba', jpeg)
    if (await sha256(await leer('ajustes', 'prueba')) !== hecho.contenido.imagen) throw new Error('relectura')
  })
  return medido
}
