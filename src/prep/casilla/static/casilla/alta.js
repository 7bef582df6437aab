// Enrolment: whether this phone will do is seen now, and not on the night; then its key, then whose it is.
import { ajustar, escribir, leer, ruido } from './almacen.js'
import { abrir, cerrar } from './camara.js'
import { crearLlave, firmaDeAlta, nodoDe } from './firma.js'

const ESPACIO_MINIMO = 300 * 2 ** 20
const ENSAYO = 8 * 2 ** 20
const PARTES = 5 // two nights of pictures
export const instalada = () => navigator.standalone === true || matchMedia('(display-mode: standalone)').matches

// [name, whether it will do]: in the order in which somebody can mend them.
export async function requisitos() {
  return [
    ['seguro', isSecureContext && 'serviceWorker' in navigator],
    ['navegador', await haceLlaves() && 'locks' in navigator && 'OffscreenCanvas' in globalThis],
    ['instalada', instalada()],
    ['espacio', await hayEspacio()],
    ['camara', Boolean(navigator.mediaDevices?.getUserMedia)],
  ]
}
async function haceLlaves() {
  try { return Boolean(await crearLlave()) } catch { return false }
}
async function hayEspacio() {
  const { quota = 0, usage = 0 } = await navigator.storage?.estimate?.() ?? {}
  return quota - usage >= ESPACIO_MINIMO
}

// The permission, asked when there is time to explain it.
export async function ensayarCamara() {
  try {
    cerrar(await abrir(null))
    return true
  } catch { return false }
}

// The room, tried: what browsers say that they would let a page keep is no longer what there is on the disk.
export async function ensayarEspacio() {
  const partes = Array.from({ length: PARTES }, (_, n) => ['ajustes', `ensayo-${n}`])
  const datos = ruido(ENSAYO)
  try {
    for (const parte of partes) await escribir([[...parte, datos]])
    return true
  } catch { return false } finally { await escribir(partes).catch(error => console.warn(error)) }
}

export class Rechazada extends Error {
  constructor(detalle) { super(detalle); this.detalle = detalle }
}

// `huella`: of the institute's key, as the paper says it; empty when the code was typed.
export async function darDeAlta(codigo, huella) {
  let llave = await leer('ajustes', 'llave') // of an attempt whose answer was lost: the node knows it by its key
  if (!llave) {
    llave = await crearLlave()
    await ajustar('llave', llave)
  }
  const respuesta = await fetch('/v1/altas', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, cache: 'no-store', signal: AbortSignal.timeout(60_000),
    body: JSON.stringify({ codigo, llave: llave.publica, firma: await firmaDeAlta(llave, codigo) }),
  })
  const alta = await respuesta.json().catch(() => ({}))
  if (!respuesta.ok) throw new Rechazada(alta.detalle ?? '')
  const nodo = await nodoDe(alta, alta.nodo)
  if (!nodo || (huella && !alta.ambito.endsWith(`/${huella}`))) throw new Rechazada('')
  const canario = crypto.randomUUID()
  const ahora = Date.now()
  await escribir([
    ['ajustes', 'alta', alta],
    ['ajustes', 'cadena', { secuencia: 0, previo: '0'.repeat(64) }],
    ['ajustes', 'nodos', { [nodo.nombre]: nodo.llave }],
    ['ajustes', 'reloj', { desfase: Date.parse(alta.hora) - ahora, local: ahora }],
    ['ajustes', 'canario', canario],
  ])
  localStorage.setItem('prep-casilla-canario', canario)
  navigator.storage.persist?.().catch(error => console.warn(error)) // Firefox asks the person, who may never answer
  return alta
}

// A browser that threw away what it kept is found at once: what it was asked to keep twice is in one place only.
export async function borrada() {
  const aqui = localStorage.getItem('prep-casilla-canario')
  return Boolean(aqui) && await leer('ajustes', 'canario') !== aqui
}
