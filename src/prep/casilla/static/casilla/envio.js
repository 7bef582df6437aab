// The queue: sends by itself while the page is in front, and lets go of nothing before a signed receipt was verified.
import { cambiar, leer, sinLugar, todos } from './almacen.js'
import { b64, sha256, utf8 } from './canonico.js'
import { cabecera, leerRecibo, nodoDe } from './firma.js'
import { fotoSana, horaDelServidor } from './hechos.js'
import { t } from './textos.js'

const POR_ENTREGA = 20
const PRIMERA_ESPERA = 2000
const ULTIMA_ESPERA = 60_000
const PLAZO = 60_000
const SEGUIDAS = 3 // that could not go, one after another: it is not of the picture, and the next turn begins by the others
const BYTES_POR_MS = 2 // of the slowest line that is one: a picture of 600 kB has six minutes to leave

// Why something is not sent now. `codigo`: red, ocupado, servidor, identidad, baja, desconocido, lleno, cuota, espacio.
export class Alto extends Error {
  constructor(codigo, espere = 0) { super(codigo); this.codigo = codigo; this.espere = espere }
}

// Of the line, of who answers and of this phone: nothing else would go either. What is told of one stops no other.
const DE_TODO = ['red', 'identidad', 'baja', 'desconocido']

export class Cola {
  constructor(avisar, version) {
    this.avisar = avisar
    this.version = version
    this.fallas = 0
    this.alto = null
    this.reloj = 0
    this.sinAnotar = new Map()
    addEventListener('online', () => this.despertar())
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.despertar() })
  }

  // Now, not when the wait that was going on ends.
  despertar() {
    this.fallas = 0
    clearTimeout(this.reloj)
    return this.vuelta()
  }

  async vuelta() {
    const hecho = await navigator.locks.request('prep-envio', { ifAvailable: true }, async turno => {
      if (!turno) return true
      try {
        await this.enviar()
        this.alto = null
        this.fallas = 0
      } catch (error) {
        if (!(error instanceof Alto)) console.warn(error)
        this.alto = error instanceof Alto ? error : new Alto(sinLugar(error) ? 'espacio' : 'servidor')
        this.fallas++
      }
    })
    await this.decir()
    clearTimeout(this.reloj)
    const espera = Math.min(ULTIMA_ESPERA, PRIMERA_ESPERA * 2 ** Math.max(0, this.fallas - 1))
    const pausa = this.alto || hecho ? Math.max(this.alto?.espere ?? 0, espera) : ULTIMA_ESPERA
    this.reloj = setTimeout(() => this.vuelta(), pausa * (0.5 + Math.random())) // phones that lost one antenna come back apart
  }

  // The page is told. What fails in painting it stops nothing that is being sent.
  async decir() {
    try { await this.avisar() } catch (error) { console.warn(error) }
  }

  // What is learnt on the way. A phone so full that it cannot write even that goes on sending: it is remembered while the
  // page is open, and written as soon as there is room.
  async anotar(almacen, clave, campos) {
    const lugar = `${almacen}/${clave}`
    const todo = { ...this.sinAnotar.get(lugar)?.campos, ...campos }
    try {
      await cambiar(almacen, clave, todo)
      this.sinAnotar.delete(lugar)
    } catch (error) {
      if (!sinLugar(error)) throw error
      this.sinAnotar.set(lugar, { almacen, clave, campos: todo })
    }
  }
  anotarHora(servidor) {
    const ahora = Date.now()
    return this.anotar('ajustes', 'reloj', { desfase: Date.parse(servidor) - ahora, local: ahora })
  }
  async leido(almacen, clave) { return { ...await leer(almacen, clave), ...this.sinAnotar.get(`${almacen}/${clave}`)?.campos } }
  async envios() { return (await todos('envios')).map(e => ({ ...e, ...this.sinAnotar.get(`envios/${e.id}`)?.campos })) }

  async enviar() {
    const alta = await leer('ajustes', 'alta')
    if (!alta) return
    for (const { almacen, clave, campos } of [...this.sinAnotar.values()]) await this.anotar(almacen, clave, campos)
    await this.enviarLoQueFalta(alta)
    if (this.sinAnotar.size) throw new Alto('espacio')
  }

  // First what weighs nothing, then each picture and at once its fact; of the pictures, those that left fewer times: one
  // that never arrives goes after the others.
  async pendientes() {
    return (await this.envios()).filter(e => e.estado === 'pendiente')
      .sort((a, b) => Boolean(a.foto) - Boolean(b.foto) || a.intentos - b.intentos || a.secuencia - b.secuencia)
  }
  async subidas() { return new Set((await this.envios()).filter(e => e.subida).map(e => e.foto)) }

  async enviarLoQueFalta(alta) {
    const hace = Math.abs(Date.now() - ((await this.leido('ajustes', 'reloj')).local ?? 0))
    if (hace < 10 * ULTIMA_ESPERA && !(await this.pendientes()).length) return
    if (!navigator.onLine) throw new Alto('red')
    await this.saludar(alta)
    let alto = null
    const intentar = async hacer => {
      try {
        await hacer()
        return true
      } catch (error) {
        if (DE_TODO.includes(error?.codigo)) throw error
        alto ??= error
        return false
      }
    }
    await intentar(() => this.contar(alta))
    const subidas = await this.subidas()
    const listos = (await this.pendientes()).filter(e => !e.foto || subidas.has(e.foto))
    while (listos.length) await intentar(() => this.entregar(alta, listos.splice(0, POR_ENTREGA)))
    let seguidas = 0
    for (const envio of await this.pendientes()) {
      const bien = await intentar(async () => {
        const va = !envio.foto || await this.enviarFoto(alta, envio)
        if (va && !await this.entregar(alta, [envio])) throw new Alto('servidor')
      })
      seguidas = bien ? 0 : seguidas + 1
      if (seguidas === SEGUIDAS) break
    }
    await intentar(() => this.contar(alta))
    if (alto) throw alto
  }

  // The hour, who answers (a node that replaced another shows the institute's signature), and what it has.
  async saludar(alta) {
    const { cuerpo } = await this.pedir(alta, 'GET', '/v1/dispositivo')
    const nodo = await nodoDe(alta, cuerpo.nodo)
    if (!nodo) throw new Alto('identidad')
    const nodos = await this.leido('ajustes', 'nodos')
    if (nodos[nodo.nombre] !== nodo.llave) await this.anotar('ajustes', 'nodos', { [nodo.nombre]: nodo.llave })
    const cadena = await this.recibo(alta, cuerpo.cadena, 'cadena')
    if (!cadena) throw new Alto('identidad')
    await this.anotarHora(cuerpo.hora)
    await this.volverAEnviar(cadena)
  }

  // What was delivered and is not there waits again: of a centre that was restored, of a node in the place of one whose
  // disk died. Of its picture, the node says.
  async volverAEnviar({ ultima, huecos }) {
    const falta = n => n > ultima || huecos.some(([de, a]) => de <= n && n <= a)
    for (const e of await this.envios()) {
      if (e.estado === 'entregado' && falta(e.secuencia)) await this.anotar('envios', e.id, { estado: 'pendiente' })
    }
  }

  // What whoever follows phones looks at. What is said already is said again only after a while; refused, nothing stops.
  async contar(alta) {
    const envios = await this.envios()
    const van = estado => envios.filter(e => e.estado === estado).length
    const dicho = { version: this.version, por_enviar: van('pendiente'), rechazados: van('rechazado') }
    const clave = JSON.stringify(dicho)
    const antes = await this.leido('ajustes', 'contado')
    if (antes.clave === clave && Math.abs(Date.now() - antes.local) < 10 * ULTIMA_ESPERA) return
    const { estado } = await this.pedir(alta, 'PUT', '/v1/dispositivo', utf8(JSON.stringify({ ...dicho, hora: new Date().toISOString() })), [404, 405, 413, 422])
    if (estado === 200) await this.anotar('ajustes', 'contado', { clave, local: Date.now() })
  }

  async recibo(alta, dicho, de) { return leerRecibo(alta, await this.leido('ajustes', 'nodos'), dicho, de) }

  // Whether the node has its picture. One that the node will never take, or that the phone's disk changed or lost, puts
  // its fact aside, and the rest goes on.
  async enviarFoto(alta, envio) {
    if ((await this.subidas()).has(envio.foto)) return true
    const ruta = `/v1/objetos/sha256/${envio.foto}`
    let respuesta = envio.intentos ? await this.pedir(alta, 'GET', ruta, null, [404]) : null // its receipt may have been lost
    if (!respuesta || respuesta.estado === 404) {
      const sana = await fotoSana(envio.foto)
      if (!sana) return this.apartar(envio, t('envios.danada'))
      await this.anotar('envios', envio.id, { intentos: envio.intentos + 1 })
      respuesta = await this.pedir(alta, 'PUT', ruta, sana.datos, [413, 415, 422])
    }
    if (respuesta.estado >= 400) {
      // What was changed on the way, or what something between the phone and the node refused, goes again.
      if (!['grande', 'no_es_foto'].includes(respuesta.cuerpo.codigo)) throw new Alto('servidor')
      return this.apartar(envio, respuesta.cuerpo.detalle)
    }
    const recibo = await this.recibo(alta, respuesta.cuerpo, 'objeto')
    if (recibo?.sha256 !== envio.foto) throw new Alto('identidad')
    await this.anotar('envios', envio.id, { subida: respuesta.cuerpo })
    await this.decir()
    return true
  }

  async apartar(envio, motivo) {
    await this.anotar('envios', envio.id, { estado: 'rechazado', motivo })
    return false
  }

  // Whether the node has the picture of each.
  async entregar(alta, envios) {
    const { cuerpo } = await this.pedir(alta, 'POST', '/v1/hechos', utf8(JSON.stringify(envios.map(e => e.firmado))))
    let entregados = 0
    for (const dicho of cuerpo.recibos) {
      const recibo = await this.recibo(alta, dicho, 'hecho')
      const suyo = recibo && envios.find(e => e.id === recibo.id)
      if (!suyo) throw new Alto('identidad')
      await this.anotar('envios', suyo.id, { estado: 'entregado', recibo: dicho })
      entregados++
    }
    const faltan = new Set()
    for (const { lugar, codigo, motivo, sha256: foto } of cuerpo.rechazados) {
      if (codigo === 'falta_objeto') faltan.add(foto) // this node does not have the picture: another one did
      else await this.apartar(envios[lugar], motivo)
    }
    for (const e of await this.envios()) if (faltan.has(e.foto)) await this.anotar('envios', e.id, { subida: null, intentos: 0 })
    await this.decir()
    if (entregados + cuerpo.rechazados.length < envios.length) throw new Alto('servidor')
    return !faltan.size
  }

  // A signed request. `quiza`: refusals that whoever asks knows how to read. Anything else stops the turn.
  async pedir(alta, metodo, ruta, datos = null, quiza = [], otra = true) {
    const llave = await leer('ajustes', 'llave')
    const huella = await sha256(datos ?? new Uint8Array())
    const hora = horaDelServidor(await this.leido('ajustes', 'reloj'))
    let respuesta
    let cuerpo
    try {
      respuesta = await fetch(ruta, {
        method: metodo, body: datos, signal: AbortSignal.timeout(PLAZO + Math.ceil((datos?.byteLength ?? 0) / BYTES_POR_MS)), cache: 'no-store',
        headers: {
          Authorization: await cabecera(alta, llave, metodo, ruta, huella, hora),
          ...(datos && { 'Content-Type': ruta.startsWith('/v1/objetos/') ? 'image/jpeg' : 'application/json' }),
        },
      })
      cuerpo = await respuesta.json().catch(() => ({}))
    } catch {
      throw new Alto('red')
    }
    const { status } = respuesta
    if (respuesta.ok || quiza.includes(status)) return { estado: status, cuerpo }
    if (cuerpo.codigo === 'reloj' && otra) {
      await this.anotarHora(cuerpo.hora)
      return this.pedir(alta, metodo, ruta, datos, quiza, false)
    }
    const espere = 1000 * Number(respuesta.headers.get('Retry-After') ?? 0)
    if (['baja', 'desconocido', 'lleno', 'cuota'].includes(cuerpo.codigo)) throw new Alto(cuerpo.codigo, espere)
    throw new Alto(status === 429 || status === 503 ? 'ocupado' : 'servidor', espere)
  }
}

// All that was signed, also what was delivered (a node may have lost it), in a file that any node takes in (`prep lote
// importar`). `sinFoto` is told of each one whose picture cannot go in it.
export async function lote(sinFoto = () => {}) {
  const alta = await leer('ajustes', 'alta')
  const envios = (await todos('envios')).sort((a, b) => a.secuencia - b.secuencia)
  const fotos = {}
  for (const envio of envios.filter(e => e.foto)) {
    const sana = await fotoSana(envio.foto).catch(() => null)
    if (sana) fotos[envio.foto] = b64(sana.datos)
    else sinFoto(envio)
  }
  const datos = { formato: 'prep-lote/1', ambito: alta.ambito, dispositivo: alta.dispositivo, hechos: envios.map(e => e.firmado), fotos }
  return new File([JSON.stringify(datos)], `${alta.dispositivo}.prep-lote.json`, { type: 'application/json' })
}
