// What the phone keeps, in IndexedDB. A write is done when its transaction is complete, with `durability: 'strict'`:
// on the disk, not on its way to it. Pictures are ArrayBuffers: some browsers corrupt the Blobs and Files they keep.
//
//   ajustes   alta, llave (CryptoKey that cannot be exported), cadena {secuencia, previo}, reloj, nodos, canario
//   fotos     sha256 → {datos}, written again only where it was damaged
//   envios    id of the fact → {id, secuencia, firmado, acta, tipo, foto, estado, motivo, creado, recibo, intentos, subida}
//             intentos: times its picture left; subida: the receipt of it
//
// The queue is migrated, never made again: a version adds to what is there (`MEJORAS[n]` brings n - 1 to n).
const NOMBRE = 'prep-casilla'
const MEJORAS = {
  1(base) {
    for (const almacen of ['ajustes', 'fotos', 'envios']) base.createObjectStore(almacen)
  },
}
const VERSION = Math.max(...Object.keys(MEJORAS))
let base = null

function abrir() {
  return new Promise((si, no) => {
    const pedido = indexedDB.open(NOMBRE, VERSION)
    pedido.onupgradeneeded = ({ oldVersion }) => {
      for (let n = oldVersion + 1; n <= VERSION; n++) MEJORAS[n](pedido.result, pedido.transaction)
    }
    pedido.onblocked = () => no(new DOMException('bloqueada', 'InvalidStateError'))
    pedido.onerror = () => no(pedido.error)
    pedido.onsuccess = () => {
      const abierta = pedido.result
      abierta.onversionchange = () => { abierta.close(); base = null }
      abierta.onclose = () => { base = null }
      si(abierta)
    }
  })
}

// Some systems drop the connection while the page sleeps: open it again and try once more.
async function con(hacer, otra = true) {
  try {
    return await hacer(base ??= await abrir())
  } catch (error) {
    base = null
    if (otra && ['InvalidStateError', 'UnknownError', 'TransactionInactiveError'].includes(error?.name)) return con(hacer, false)
    throw error
  }
}
// Nothing more fits, as browsers say it: over its quota; on a full disk, Chromium says any of the others, and until
// there is room it may not even read.
export const sinLugar = error => ['QuotaExceededError', 'DataError', 'UnknownError', 'NotReadableError'].includes(error?.name)

const esperar = pedido => new Promise((si, no) => { pedido.onsuccess = () => si(pedido.result); pedido.onerror = () => no(pedido.error) })

export const leer = (almacen, clave) => con(b => esperar(b.transaction(almacen).objectStore(almacen).get(clave)))
export const todos = almacen => con(b => esperar(b.transaction(almacen).objectStore(almacen).getAll()))

// Bytes that no disk makes smaller.
export function ruido(mide) {
  const datos = new ArrayBuffer(mide)
  for (let i = 0; i < mide; i += 65536) crypto.getRandomValues(new Uint8Array(datos, i, 65536))
  return datos
}

// A picture; nothing, where it was lost. Browsers keep large values in files of their own beside the database: reading one
// whose file was lost fails for ever. It is that one if another as large can be written and read, and else the database.
const COMO_UNA_FOTO = 8 * 65536
export async function leerFoto(huella) {
  try {
    return await leer('fotos', huella)
  } catch (error) {
    try {
      await ajustar('ensayo', ruido(COMO_UNA_FOTO))
      await leer('ajustes', 'ensayo')
      await ajustar('ensayo')
    } catch { throw error }
    return leer('fotos', huella).catch(() => undefined) // again: the database was opened anew
  }
}

// All of these or none: [[store, key, value]…]; without a value, it goes away. `siguiente`: the chain's new end, put only where the end is still `anterior`.
export function escribir(cambios, { anterior, siguiente } = {}) {
  return con(b => new Promise((si, no) => {
    let motivo = null
    const tx = b.transaction(['ajustes', 'fotos', 'envios'], 'readwrite', { durability: 'strict' })
    tx.oncomplete = () => si()
    tx.onabort = () => no(motivo ?? tx.error)
    const poner = () => {
      for (const [almacen, clave, valor] of cambios) {
        if (valor === undefined) tx.objectStore(almacen).delete(clave)
        else tx.objectStore(almacen).put(valor, clave)
      }
    }
    if (!siguiente) return poner()
    const fin = tx.objectStore('ajustes').get('cadena')
    fin.onsuccess = () => {
      if (fin.result.previo === siguiente.previo) return // a first try that was said to fail, and did not
      if (fin.result.previo !== anterior.previo) { motivo = new DOMException('la cadena avanzó', 'AbortError'); return tx.abort() }
      tx.objectStore('ajustes').put(siguiente, 'cadena')
      poner()
    }
  }))
}
export const ajustar = (clave, valor) => escribir([['ajustes', clave, valor]])

// Change one record as it is now, in one transaction; of `ajustes`, also one that is not there yet.
export function cambiar(almacen, clave, campos) {
  return con(b => new Promise((si, no) => {
    const tx = b.transaction(almacen, 'readwrite', { durability: 'strict' })
    const pedido = tx.objectStore(almacen).get(clave)
    pedido.onsuccess = () => { if (pedido.result || almacen === 'ajustes') tx.objectStore(almacen).put({ ...pedido.result, ...campos }, clave) }
    tx.oncomplete = () => si()
    tx.onabort = () => no(tx.error)
  }))
}
