// One page: enrolment, my casillas, one acta, the camera, the queue. The address says which (`#/acta/…`).
import * as alta from './alta.js'
import { leer, leerFoto, sinLugar, todos } from './almacen.js'
import * as camara from './camara.js'
import { CODIGO } from './firma.js'
import { boton, enlace, estado, h, ico, mensaje } from './dom.js'
import { Cola, lote } from './envio.js'
import { anexo, documentoDe, fotografia, sinActa } from './hechos.js'
import { medir } from './prueba.js'
import { leerQR, preparar } from './qr.js'
import { revisar } from './revision.js'
import { cargarTextos, cuantos, fecha, hora, lapso, t } from './textos.js'

const MOTIVOS_SIN_ACTA = ['1', '2', '3', '4']
const MOTIVOS_FOTO = ['asi_es', 'no_se_puede', 'otro']
const MOTIVOS_CODIGO = ['es_esta', 'etiqueta']
const RELOJ_MAL = 5 * 60_000
const VERSION = document.querySelector('meta[name=prep-version]').content
const $ = id => document.getElementById(id)
const contenido = $('contenido')
const abajo = $('abajo')
let datos = null // of the enrolment
let envios = []
let cola = null
let alSalir = () => {}
const miniaturas = new Map()

// --- what every view uses ---

function pintar(titulo, hijos, acciones = []) {
  contenido.replaceChildren(h('h1', {}, titulo), ...hijos.filter(Boolean))
  abajo.replaceChildren(...acciones.filter(Boolean))
  abajo.hidden = !acciones.length
  document.title = `${titulo} · ${t('app.nombre')}`
}
const decir = texto => { $('dicho').textContent = texto }
// Above everything, in place of what was said there before.
function quejarse(texto, mas = null) {
  contenido.querySelector('.mensaje.mal')?.remove()
  contenido.prepend(mensaje('mal', h('p', {}, texto), mas))
  scrollTo(0, 0)
  decir(texto)
}
const ir = a => { location.hash = a }
const actaDe = clave => datos.actas.find(a => a.clave === clave)
const nombreDe = acta => `${acta.eleccion} · ${lugarDe(acta)}`
const lugarDe = acta => t('lista.casilla', { seccion: String(acta.seccion).padStart(4, '0'), nombre: acta.nombre })

// What speaks of the acta itself, and not of another sheet beside it.
const deActa = clave => envios.filter(e => e.acta === clave && e.tipo !== 'anexada')

function estadoDe(clave) {
  const suyos = deActa(clave)
  if (!suyos.length) return estado(t('estado.falta'))
  if (suyos.some(e => e.estado === 'rechazado') && !suyos.some(e => e.estado === 'entregado')) return estado(t('estado.rechazada'), 'mal')
  const pendientes = suyos.filter(e => e.estado === 'pendiente')
  if (pendientes.length) return estado(t('estado.guardada'), 'aviso', 'reloj')
  return suyos.some(e => e.tipo === 'fotografiada') ? estado(t('estado.entregada'), 'bien') : estado(t('estado.sin_acta'), 'bien')
}

// --- always in sight ---

async function actualizar() {
  try {
    envios = (await todos('envios')).sort((a, b) => a.secuencia - b.secuencia)
  } catch (error) {
    if (!sinLugar(error)) throw error // on a full disk some browsers read nothing either: as it was last seen
  }
  const pendientes = envios.filter(e => e.estado === 'pendiente').length
  const rechazados = envios.filter(e => e.estado === 'rechazado').length
  const franja = $('por-enviar')
  franja.hidden = !datos
  franja.className = `por-enviar ${rechazados ? 'mal' : pendientes ? 'aviso' : 'bien'}`
  franja.textContent = pendientes ? cuantos('por_enviar', pendientes) : rechazados ? cuantos('rechazados', rechazados) : t(envios.length ? 'todo_entregado' : 'nada_por_enviar')
  $('aviso').replaceChildren(...await avisos(pendientes))
  await congelar(pendientes).catch(error => console.warn(error)) // nothing is sent or kept by it
}

async function avisos(pendientes) {
  const dichos = []
  const reloj = await leer('ajustes', 'reloj').catch(() => null)
  const codigo = cola?.alto?.codigo
  if (codigo === 'baja' || codigo === 'desconocido') dichos.push(mensaje('mal', h('p', {}, t('alto.baja'))))
  else if (codigo === 'identidad') dichos.push(mensaje('mal', h('p', {}, t('alto.identidad'))))
  else if (codigo === 'cuota' || codigo === 'espacio') dichos.push(mensaje('mal', h('p', {}, t(`alto.${codigo}`))))
  else if (codigo === 'lleno' || codigo === 'ocupado' || codigo === 'servidor') dichos.push(mensaje('aviso', h('p', {}, t(`alto.${codigo}`))))
  else if (pendientes && (codigo === 'red' || !navigator.onLine)) dichos.push(mensaje('aviso', h('p', {}, t('alto.red'))))
  if (reloj && Math.abs(reloj.desfase) > RELOJ_MAL) {
    dichos.push(mensaje('aviso', h('p', {}, t(reloj.desfase > 0 ? 'reloj.atrasado' : 'reloj.adelantado', { lapso: lapso(reloj.desfase) }))))
  } else if (reloj && codigo === 'red' && (Date.now() < reloj.local - 3_600_000 || Date.now() > reloj.local + 30 * 86_400_000)) {
    dichos.push(mensaje('aviso', h('p', {}, t('reloj.raro', { fecha: fecha(Date.now()) })))) // a wrong year breaks TLS: it looks like no network
  }
  return dichos
}

// What the service worker asks before it installs another version: the election's day, today's work, the queue.
async function congelar(pendientes) {
  if (!datos) return
  const hoy = new Date()
  const usada = envios.some(e => new Date(e.creado).toDateString() === hoy.toDateString()) ? hoy.setHours(24, 0, 0, 0) : 0
  const inicio = datos.inicio ? Date.parse(datos.inicio) : 0
  const jornada = inicio && Date.now() > inicio - 86_400_000 ? inicio + 36 * 3_600_000 : 0
  const dicho = JSON.stringify({ hasta: Math.max(usada, jornada), pendientes })
  await (await caches.open('prep-casilla-congelada')).put('/casilla/congelada', new Response(dicho))
}

// --- enrolment ---

async function verAlta() {
  const [, codigo = '', huella = ''] = location.hash.match(/^#alta=([^.]*)\.?([0-9a-f]*)$/) ?? []
  if (codigo) localStorage.setItem('prep-casilla-papel', JSON.stringify({ codigo, huella })) // installing opens another window
  const papel = JSON.parse(localStorage.getItem('prep-casilla-papel') ?? '{}')
  const lista = await alta.requisitos()
  const mal = lista.find(([, bien]) => !bien)
  const renglon = ([nombre, bien]) => h('li', {}, h(`span.${bien ? 'bien' : 'mal'}`, {}, ico(bien ? 'palomita' : 'tache')),
    h('span', {}, t(`requisito.${nombre}`), !bien && h('small', {}, t(`remedio.${nombre}`))))
  const requisitos = h('ul.requisitos', {}, lista.map(renglon))
  if (mal) {
    return pintar(t('alta.no_se_puede'), [h('p', {}, t('alta.no_se_puede_explica')), requisitos], [boton(t('alta.otra_vez'), 'principal', () => location.reload(), 'refrescar'), enlace(t('prueba.titulo'), '#/prueba')])
  }
  const campo = h('input.codigo', { id: 'codigo', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', value: papel.codigo ?? '', 'aria-describedby': 'codigo-error' })
  const error = h('p.error', { id: 'codigo-error', role: 'alert', hidden: true })
  const falla = texto => { error.replaceChildren(ico('alerta'), texto); error.hidden = false; campo.setAttribute('aria-invalid', 'true') }
  const enviar = boton(t('alta.boton'), 'principal', async () => {
    error.hidden = true
    const escrito = campo.value.toUpperCase().replace(CODIGO, '')
    if (escrito.length !== 10) return falla(t('alta.codigo_corto'))
    enviar.disabled = true
    try {
      if (!await alta.ensayarCamara()) return falla(t('alta.sin_camara'))
      if (!await alta.ensayarEspacio()) return falla(t('alta.sin_espacio'))
      datos = await alta.darDeAlta(escrito, escrito === (papel.codigo ?? '').replace(CODIGO, '') ? papel.huella : '')
      localStorage.removeItem('prep-casilla-papel')
      arrancarCola()
      await actualizar()
      decir(t('alta.lista'))
      if (location.hash === '#/') await ver()
      else ir('#/')
    } catch (e) {
      falla(e instanceof alta.Rechazada ? e.detalle || t('alta.no_se_identifico') : t('alta.sin_red'))
    } finally { enviar.disabled = false }
  }, 'llave')
  pintar(t('alta.titulo'), [
    h('p', {}, t('alta.explica')),
    h('div.campo', {}, h('label', { for: 'codigo' }, t('alta.codigo')), campo, h('p.ayuda', {}, t('alta.ayuda')), error),
    h('details', {}, h('summary', {}, t('alta.este_telefono')), requisitos),
  ], [enviar, enlace(t('prueba.titulo'), '#/prueba')])
}

// --- does this phone serve? ---

function verPrueba(dichos = []) {
  const renglon = ({ nombre, medida, limite, bien, porque }) => h('li', {}, h(`span.${bien ? 'bien' : 'mal'}`, {}, ico(bien ? 'palomita' : 'tache')), h('span', {}, t(`prueba.${nombre}`),
    limite ? h('small', {}, t(limite >= 2000 ? 'prueba.segundos' : 'prueba.puntos', limite >= 2000 ? { n: (medida / 1000).toFixed(1), limite: limite / 1000 } : { n: medida, limite })) : !bien && h('small', {}, t(`prueba.remedio_${nombre}`, { porque }))))
  const lista = h('ul.requisitos', {}, dichos.map(renglon))
  const empezar = boton(t(dichos.length ? 'prueba.otra' : 'prueba.empezar'), 'principal', async () => {
    empezar.disabled = true
    lista.replaceChildren()
    decir(t('prueba.midiendo'))
    const nuevos = []
    for await (const uno of medir()) {
      nuevos.push(uno)
      lista.append(renglon(uno))
    }
    if (location.hash === '#/prueba') verPrueba(nuevos)
  }, 'camara')
  const sirve = dichos.every(d => d.bien)
  pintar(t('prueba.titulo'), [
    dichos.length ? mensaje(sirve ? 'bien' : 'mal', h('p', {}, t(sirve ? 'prueba.sirve' : 'prueba.no_sirve'))) : h('p', {}, t('prueba.explica')), lista,
    dichos.length && h('p', {}, navigator.userAgent),
  ], [empezar, enlace(t('prueba.volver'), '#/')])
  if (dichos.length) decir(t(sirve ? 'prueba.sirve' : 'prueba.no_sirve'))
}

// --- my casillas ---

function verLista() {
  const casillas = Map.groupBy ? Map.groupBy(datos.actas, a => a.casilla) : agrupar(datos.actas)
  const grupos = [...casillas.values()].map(actas => h('section.lugar', {}, h('h2', {}, lugarDe(actas[0])), h('ul', {}, actas.map(a =>
    h('li', {}, h('a.renglon', { href: `#/acta/${a.clave}` }, h('span', {}, a.eleccion), estadoDe(a.clave)))))))
  const faltan = datos.actas.filter(a => !deActa(a.clave).some(e => e.estado !== 'rechazado')).length
  pintar(t('lista.titulo'), [h('p', {}, faltan ? cuantos('lista.faltan', faltan) : t('lista.completa')), ...grupos],
    [enlace(t('acta.tomar'), '#/camara', faltan ? 'principal' : '', 'camara')])
}
function agrupar(actas) {
  const grupos = new Map()
  for (const a of actas) grupos.set(a.casilla, [...grupos.get(a.casilla) ?? [], a])
  return grupos
}

// --- one acta ---

async function verActa(clave) {
  const acta = actaDe(clave)
  const suyos = envios.filter(e => e.acta === clave)
  const tomas = suyos.map(e => h('li', {}, e.foto ? h('img', { alt: t(documentoDe(e) ? 'acta.otra_foto_de' : 'acta.foto_de', { hora: hora(e.creado), documento: documentoDe(e) }), 'data-foto': e.foto }) : h('span.fila', {}, ico('acta')),
    h('div.pila', {}, documentoDe(e) ? h('p', {}, documentoDe(e)) : null, e.foto ? null : h('p', {}, t(`sin_acta.motivo_${e.firmado.hecho.contenido.motivo}`)), renglonDe(e))))
  pintar(acta.eleccion, [
    h('p.sobre', {}, lugarDe(acta)), h('div.fila', {}, estadoDe(clave)),
    deActa(clave).length ? null : h('p', {}, t('acta.sin_foto')), tomas.length ? h('ul.tomas', {}, tomas) : null,
  ], [
    enlace(t(deActa(clave).some(e => e.foto) ? 'acta.otra' : 'acta.tomar'), `#/camara/${clave}`, 'principal', 'camara'),
    datos.documentos?.length ? enlace(t('acta.otro_documento'), `#/documento/${clave}`, '', 'mas') : null,
    h('div.pareja', {}, enlace(t('acta.no_hay'), `#/sin-acta/${clave}`, ''), enlace(t('acta.volver'), '#/', '')),
  ])
  for (const img of contenido.querySelectorAll('[data-foto]')) img.src = await miniatura(img.dataset.foto)
}
async function miniatura(foto) {
  if (!miniaturas.has(foto)) miniaturas.set(foto, URL.createObjectURL(new Blob([(await leerFoto(foto))?.datos ?? ''], { type: 'image/jpeg' })))
  return miniaturas.get(foto)
}
function renglonDe(e) {
  const cuando = t('envios.tomada', { hora: hora(e.creado) })
  if (e.estado === 'rechazado') return h('div.pila', {}, h('div', {}, estado(t('estado.rechazada'), 'mal')), h('p', {}, e.motivo), h('p.nota', {}, cuando))
  return h('div.pila', {}, h('div', {}, e.estado === 'entregado' ? estado(t('estado.entregada'), 'bien') : estado(t('estado.guardada'), 'aviso', 'reloj')), h('p.nota', {}, cuando))
}

// --- the camera ---

// Of an acta that was chosen, or of the one that its QR says; or of another sheet beside it, `documento`.
async function verCamara(clave, documento = '') {
  const acta = actaDe(clave)
  if (!documento) preparar().catch(() => {}) // it is asked for again with the picture
  const video = h('video', { muted: true, playsInline: true, 'aria-label': t('camara.vista') })
  const disparar = boton(t('camara.tomar'), 'principal', async () => {
    disparar.disabled = true
    try {
      await mirar(acta, documento, await camara.tomar(abierta))
    } catch {
      if (!disparar.isConnected) return // left meanwhile
      alSalir()
      await verCamara(clave, documento)
      decir(t('camara.otra_vez'))
    }
  }, 'camara')
  const luz = boton(t('camara.luz'), '', async () => {
    const si = luz.getAttribute('aria-pressed') !== 'true'
    await camara.alumbrar(abierta, si)
    luz.setAttribute('aria-pressed', String(si))
  })
  luz.hidden = true
  disparar.disabled = true
  pintar(documento || t('camara.titulo'), [h('p.sobre', {}, acta ? nombreDe(acta) : t('camara.por_codigo')), h('div.visor', {}, video, h('div.guia', { 'aria-hidden': 'true' })), h('p', {}, t(documento ? 'camara.como_hoja' : 'camara.como'))],
    [disparar, h('div.pareja', {}, luz, enlace(t('camara.cancelar'), regreso(acta)))])
  let abierta = null
  try {
    abierta = await camara.abrir(video)
  } catch {
    return verSinCamara(acta, documento)
  }
  if (!video.isConnected) return camara.cerrar(abierta) // left meanwhile
  alSalir = () => camara.cerrar(abierta)
  video.parentElement.classList.toggle('ancha', video.videoWidth > video.videoHeight)
  disparar.disabled = false
  luz.hidden = !abierta.linterna
  luz.setAttribute('aria-pressed', 'false')
}

// The last way: the camera's own application. The system may end this page while it is open.
function verSinCamara(acta, documento) {
  const archivo = h('input', { type: 'file', accept: 'image/*', capture: 'environment', id: 'archivo', onchange: async () => {
    if (!archivo.files[0]) return
    try {
      await mirar(acta, documento, await camara.deArchivo(archivo.files[0]))
    } catch {
      archivo.value = '' // the same one may be chosen again
      quejarse(t('camara.no_abre'))
    }
  } })
  pintar(documento || t('camara.titulo'), [mensaje('aviso', h('p', {}, t('camara.sin_permiso'))), h('p', {}, t('camara.ultima'))],
    [h('div', {}, archivo, h('label.boton.principal.ancho', { for: 'archivo' }, ico('camara'), t('camara.otra_aplicacion'))), enlace(t('camara.cancelar'), regreso(acta))])
}
const regreso = acta => acta ? `#/acta/${acta.clave}` : '#/'

// A picture, once: how good it is, the JPEG that is kept, what its QR says. No reader, or nothing read, stops nobody.
async function mirar(acta, documento, imagen) {
  alSalir()
  alSalir = () => {}
  const { fallas } = revisar(imagen)
  const nada = { actas: [], otro: false }
  const codigo = documento ? nada : await leerQR(imagen, datos.proceso.clave).catch(error => { console.warn(error); return nada })
  const jpeg = await camara.comprimir(imagen).finally(() => imagen.close())
  const toma = { jpeg, fallas, codigo, documento }
  const suya = acta ?? codigo.actas.map(actaDe).find(Boolean)
  if (suya) verToma(suya, toma)
  else verCual(toma)
}

// What the QR has against keeping it as of this acta, in words; and the acta of mine that it names.
function contra(acta, { actas, otro }) {
  if (actas.includes(acta.clave)) return null
  const mia = actas.map(actaDe).find(Boolean)
  if (mia) return { falla: 'otra_casilla', dicho: t('revision.otra_mia', { acta: nombreDe(mia) }), mia }
  if (actas.length) return { falla: 'otra_casilla', dicho: t('revision.otra_casilla', { seccion: actas[0].slice(2, 6) }) }
  return otro ? { falla: 'otro_proceso', dicho: t('revision.otro_proceso') } : null
}

function verToma(acta, toma) {
  const { jpeg, documento } = toma
  const codigo = contra(acta, toma.codigo)
  const fallas = codigo ? [codigo.falla, ...toma.fallas] : toma.fallas
  const vista = URL.createObjectURL(new Blob([jpeg], { type: 'image/jpeg' }))
  const foto = h('div.visor.quieta', {}, h('img', { src: vista, alt: t('camara.asi_quedo') }))
  const otra = clase => boton(t('camara.tomar_otra'), clase, () => verCamara(acta.clave, documento), 'refrescar')
  const sobre = h('p.sobre', {}, documento ? `${documento} · ${nombreDe(acta)}` : nombreDe(acta))
  if (!fallas.length) {
    const guardar = boton(t('camara.guardar'), 'principal', () => conservar(guardar, acta, () => firmarToma(acta, toma, '')), 'palomita')
    const es = toma.codigo.actas.length ? h('p', {}, h('span.fila', {}, ico('palomita'), t('camara.es_esta'))) : null
    return pintar(t('camara.se_lee'), [sobre, foto, es, h('p', {}, t(documento ? 'camara.mire_hoja' : 'camara.mire'))], [guardar, otra('')])
  }
  const quejas = [codigo?.dicho, ...toma.fallas.map(f => t(`revision.${f}`))].filter(Boolean).map(q => mensaje('aviso', h('p', {}, q)))
  const asi = boton(t('camara.enviar_asi'), 'llano', () => verPorque(acta, toma, fallas, [...codigo ? MOTIVOS_CODIGO : [], ...toma.fallas.length ? MOTIVOS_FOTO : []]))
  const alli = codigo?.mia && boton(t('camara.guardar_en', { acta: codigo.mia.eleccion }), 'principal', () => verToma(codigo.mia, toma), 'acta')
  pintar(t(codigo ? 'camara.otra_hoja' : 'camara.tal_vez_no'), [sobre, ...quejas, foto], [alli, otra(alli ? '' : 'principal'), asi])
}

// Nothing that its QR says is among my actas, or none was read: whoever took it says which one it is.
function verCual(toma) {
  const opciones = elegir('cual', t('cual.pregunta'), datos.actas.map(a => [a.clave, nombreDe(a)]))
  const seguir = boton(t('cual.seguir'), 'principal', () => {
    const elegida = opciones.elegida()
    return elegida ? verToma(actaDe(elegida), toma) : opciones.avisar(t('cual.falta'))
  }, 'palomita')
  pintar(t('cual.titulo'), [h('p', {}, t(toma.codigo.actas.length ? 'cual.ajeno' : 'cual.sin_codigo')), opciones.campo], [seguir, boton(t('camara.tomar_otra'), '', () => verCamara(''), 'refrescar')])
}

const firmarToma = (acta, { jpeg, documento }, motivo) => documento ? anexo(acta.clave, documento, jpeg, motivo) : fotografia(acta.clave, jpeg, motivo)

function verPorque(acta, toma, fallas, motivos) {
  const opciones = elegir('porque', t('porque.pregunta'), motivos.map(m => [m, t(`porque.${m}`)]))
  const guardar = boton(t('camara.guardar'), 'principal', () => {
    const motivo = opciones.elegida()
    if (!motivo) return opciones.avisar(t('porque.falta'))
    return conservar(guardar, acta, () => firmarToma(acta, toma, `${fallas.join(', ')}: ${t(`porque.${motivo}`)}`))
  }, 'palomita')
  pintar(t('porque.titulo'), [h('p.sobre', {}, nombreDe(acta)), opciones.campo], [guardar, boton(t('camara.tomar_otra'), '', () => verCamara(acta.clave, toma.documento), 'refrescar')])
}

function elegir(nombre, pregunta, opciones) {
  const error = h('p.mal', { role: 'alert', hidden: true })
  const campo = h('fieldset.opciones', {}, h('legend', {}, pregunta), opciones.map(([valor, texto]) =>
    h('label', {}, h('input', { type: 'radio', name: nombre, value: valor }), h('span', {}, texto))), error)
  return {
    campo,
    elegida: () => campo.querySelector(':checked')?.value,
    avisar: texto => { error.textContent = texto; error.hidden = false },
  }
}

// Once, whatever the thumb does; and it is said to be kept only after it was read back.
async function conservar(disparo, acta, hacer) {
  disparo.disabled = true
  decir(t('camara.guardando'))
  try {
    await hacer()
  } catch (error) {
    disparo.disabled = false
    if (!sinLugar(error)) return quejarse(t('guardar.otro'))
    return quejarse(t('guardar.lleno'), h('p', {}, h('a', { href: '#/envios' }, t('guardar.lo_demas'))))
  }
  await actualizar().catch(error => console.warn(error)) // it is kept, whatever the page does
  decir(t('guardar.bien'))
  ir(`#/acta/${acta.clave}`)
  cola.despertar()
}

// --- another sheet of the casilla ---

async function verDocumento(clave) {
  const acta = actaDe(clave)
  const opciones = elegir('documento', t('documento.pregunta'), datos.documentos.map((d, n) => [n, d]))
  const seguir = boton(t('acta.tomar'), 'principal', () => {
    const n = opciones.elegida()
    return n ? verCamara(clave, datos.documentos[n]) : opciones.avisar(t('documento.falta'))
  }, 'camara')
  pintar(t('documento.titulo'), [h('p.sobre', {}, nombreDe(acta)), opciones.campo, h('p', {}, t('documento.explica'))], [seguir, enlace(t('camara.cancelar'), `#/acta/${clave}`)])
}

// --- no acta ---

function verSinActa(clave) {
  const acta = actaDe(clave)
  const opciones = elegir('motivo', t('sin_acta.pregunta'), MOTIVOS_SIN_ACTA.map(m => [m, t(`sin_acta.motivo_${m}`)]))
  const guardar = boton(t('sin_acta.boton'), 'principal', () => {
    const motivo = opciones.elegida()
    return motivo ? conservar(guardar, acta, () => sinActa(clave, motivo)) : opciones.avisar(t('sin_acta.falta'))
  }, 'palomita')
  pintar(t('sin_acta.titulo'), [h('p.sobre', {}, nombreDe(acta)), opciones.campo, h('p', {}, t('sin_acta.despues'))],
    [guardar, enlace(t('camara.cancelar'), `#/acta/${clave}`)])
}

// --- the queue ---

async function verEnvios() {
  const reloj = await leer('ajustes', 'reloj')
  const faltan = envios.filter(e => e.estado !== 'entregado')
  const lista = orden => h('ul.envios', {}, orden.map(e => h('li', {}, queEs(e), renglonDe(e))))
  const ahora = boton(t('envios.ahora'), 'principal', async () => { ahora.disabled = true; await cola.despertar(); await verEnvios() }, 'refrescar')
  const entregados = envios.filter(e => e.estado === 'entregado')
  pintar(t('envios.titulo'), [
    faltan.length ? lista(faltan) : h('p', {}, t(envios.length ? 'envios.nada' : 'envios.vacia')),
    entregados.length ? h('details', {}, h('summary', {}, cuantos('envios.entregados', entregados.length)), lista(entregados)) : null,
    envios.length ? h('details', {}, h('summary', {}, t('envios.ultimo_recurso')), h('p', {}, t('envios.archivo_explica')), boton(t('envios.archivo'), 'ancho', sacar, 'descarga')) : null,
    h('details', {}, h('summary', {}, t('envios.datos')), h('dl.pares', {},
      ...[['version', VERSION], ['telefono', datos.dispositivo], ['proceso', datos.proceso.nombre],
        ['contacto', reloj ? fecha(reloj.local) : '—'], ['reloj', reloj && Math.abs(reloj.desfase) > 60_000 ? t(reloj.desfase > 0 ? 'reloj.menos' : 'reloj.mas', { lapso: lapso(reloj.desfase) }) : t('reloj.bien')]]
        .flatMap(([rotulo, valor]) => [h('dt', {}, t(`envios.${rotulo}`)), h('dd', {}, valor)]))),
  ], [faltan.some(e => e.estado === 'pendiente') ? ahora : null, enlace(t('acta.volver'), '#/', '', 'casilla')])
}

const queEs = e => h('p', {}, h('b', {}, documentoDe(e) ?? actaDe(e.acta)?.eleccion ?? e.acta), ` · ${actaDe(e.acta) ? lugarDe(actaDe(e.acta)) : ''}`)

async function sacar() {
  const sinFoto = []
  let archivo
  try {
    archivo = await lote(e => sinFoto.push(e))
  } catch (error) {
    console.warn(error)
    return quejarse(t('envios.archivo_no'))
  }
  if (sinFoto.length) quejarse(t('envios.archivo_sin'), h('ul.envios', {}, sinFoto.map(e => h('li', {}, queEs(e), renglonDe(e)))))
  if (navigator.canShare?.({ files: [archivo] })) {
    try { return await navigator.share({ files: [archivo] }) } catch { /* closed without choosing: the file is still offered below */ }
  }
  const a = h('a', { href: URL.createObjectURL(archivo), download: archivo.name })
  a.click()
}

// --- which one ---

async function ver() {
  alSalir()
  alSalir = () => {}
  if (location.hash === '#/prueba') return verPrueba()
  if (!datos) return verAlta()
  const [, que = '', clave = ''] = location.hash.split('/')
  const vistas = { acta: verActa, camara: verCamara, 'sin-acta': verSinActa, ...(datos.documentos?.length && { documento: verDocumento }) }
  if (vistas[que] && (actaDe(clave) || (que === 'camara' && !clave))) await vistas[que](clave)
  else if (que === 'envios') await verEnvios()
  else verLista()
  contenido.focus()
  scrollTo(0, 0)
}

function arrancarCola() {
  let visto = ''
  cola = new Cola(async () => {
    await actualizar()
    const ahora = envios.map(e => e.id + e.estado).join()
    if (ahora === visto) return // nothing moves under the thumb when nothing changed
    visto = ahora
    const [, que = '', clave = ''] = location.hash.split('/')
    if (que === '') verLista()
    else if (que === 'acta' && actaDe(clave)) await verActa(clave)
  }, VERSION)
  return cola.vuelta()
}

async function empezar() {
  await cargarTextos()
  navigator.serviceWorker?.register('/casilla/trabajador.js', { scope: '/casilla/', updateViaCache: 'none' }).catch(() => {})
  if (await alta.borrada()) {
    return pintar(t('borrada.titulo'), [mensaje('mal', h('p', {}, t('borrada.explica')))], [boton(t('borrada.boton'), 'principal', () => { localStorage.removeItem('prep-casilla-canario'); location.reload() })])
  }
  datos = await leer('ajustes', 'alta')
  await actualizar()
  addEventListener('hashchange', ver)
  await ver()
  if (datos) arrancarCola()
}
empezar().catch(error => {
  console.error(error)
  contenido.replaceChildren(mensaje('mal', h('p', {}, t('app.no_abre'))))
})
