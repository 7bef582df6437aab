// From what somebody did to a signed fact that is surely kept. Nothing is said to be kept before it was read back.
import { escribir, leer, leerFoto, todos } from './almacen.js'
import { canonico, sha256, utf8 } from './canonico.js'
import { firmarHecho } from './firma.js'

export const horaDelServidor = reloj => new Date(Date.now() + (reloj?.desfase ?? 0)).toISOString()

// Two clocks: `hora` of the fact is the phone's as it is; that of the picture, corrected by what the node last said.
export const fotografia = (acta, datos, motivo) => guardar(acta, 'fotografiada', async reloj => ({
  imagen: await sha256(datos), hora: horaDelServidor(reloj), ...(motivo && { motivo }),
}), datos)
// Another sheet of the casilla, beside that acta: its back, the one of incidents.
export const anexo = (acta, documento, datos, motivo) => guardar(acta, 'anexada', async reloj => ({
  imagen: await sha256(datos), hora: horaDelServidor(reloj), documento, ...(motivo && { motivo }),
}), datos)
export const sinActa = (acta, motivo) => guardar(acta, 'sin_acta', async () => ({ motivo }), null)

export const documentoDe = envio => envio.firmado.hecho.contenido.documento

// Another window of this phone waits for its turn: one chain, one fact after another.
function guardar(acta, tipo, decir, datos) {
  return navigator.locks.request('prep-cadena', async () => {
    const [alta, llave, cadena, reloj, envios] = await Promise.all(
      [...['alta', 'llave', 'cadena', 'reloj'].map(c => leer('ajustes', c)), todos('envios')])
    const contenido = await decir(reloj)
    const foto = contenido.imagen ?? null
    const mismo = foto && envios.find(e => e.foto === foto && e.acta === acta && e.tipo === tipo && documentoDe(e) === contenido.documento && e.estado !== 'rechazado')
    if (mismo) {
      await escribir(await reponer(foto, datos))
      await releer(mismo.id, foto)
      return mismo
    }
    // Only what the node surely has: a fact that speaks of one that never came would wait for ever.
    const antes = envios.filter(e => e.acta === acta && e.estado === 'entregado').sort((a, b) => a.secuencia - b.secuencia).at(-1)
    const hecho = {
      tipo, version: 1, sujeto: `acta:${acta}`, persona: alta.persona, hora: new Date().toISOString(),
      conocidos: antes ? [antes.id] : [], orden: crypto.randomUUID(), contenido,
    }
    const { id, firmado, siguiente } = await firmarHecho(alta, llave, cadena, hecho)
    const envio = { id, secuencia: siguiente.secuencia, firmado, acta, tipo, foto, estado: 'pendiente', motivo: '', creado: Date.now(), recibo: null, intentos: 0, subida: null }
    const cambios = [['envios', id, envio], ...foto ? await reponer(foto, datos) : []]
    await escribir(cambios, { anterior: cadena, siguiente })
    await releer(id, foto)
    return envio
  })
}

// What is kept of a picture, where its bytes are still its own: disks change and lose them.
export async function fotoSana(huella) {
  const foto = await leerFoto(huella)
  return foto?.datos instanceof ArrayBuffer && await sha256(foto.datos) === huella ? foto : null
}

// What there is to write for a picture to be kept: nothing where it already is.
async function reponer(foto, datos) {
  return await fotoSana(foto) ? [] : [['fotos', foto, { datos }]]
}

// What was kept, read again: the fact has its name, the picture its hash, and it opens.
async function releer(id, foto) {
  const envio = await leer('envios', id)
  if (await sha256(utf8(canonico(envio.firmado.hecho))) !== id) throw new Error('relectura')
  if (!foto) return
  const sana = await fotoSana(foto)
  if (!sana) throw new Error('relectura')
  const imagen = await createImageBitmap(new Blob([sana.datos], { type: 'image/jpeg' }))
  imagen.close()
}
