// The shell, whole or not at all: a file is kept only if its hash is the one of this version. VERSION and ARCHIVOS are
// written above by the server. A version that is in use stays until every page of it is closed (no skipWaiting), and
// during the day of the election, or while something waits to be sent, no other one is even installed.
const PREFIJO = 'prep-casilla-armazon-'
const CACHE = PREFIJO + VERSION
const CONGELADA = 'prep-casilla-congelada'

self.addEventListener('install', evento => evento.waitUntil(instalar()))
self.addEventListener('activate', evento => evento.waitUntil(activar()))
self.addEventListener('fetch', evento => {
  const { pathname, origin } = new URL(evento.request.url)
  if (evento.request.method === 'GET' && origin === location.origin && pathname in ARCHIVOS) evento.respondWith(dar(pathname, evento.request))
})

async function instalar() {
  if (self.registration.active && await congelada()) throw new Error('La versión de hoy no cambia.')
  const cache = await caches.open(CACHE)
  try {
    await Promise.all(Object.entries(ARCHIVOS).map(([ruta, huella]) => guardar(cache, ruta, huella)))
  } catch (error) {
    await caches.delete(CACHE)
    throw error
  }
}

async function guardar(cache, ruta, huella) {
  const respuesta = await fetch(ruta, { cache: 'reload', credentials: 'omit' })
  const datos = await respuesta.arrayBuffer()
  const es = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', datos)), b => b.toString(16).padStart(2, '0')).join('')
  if (!respuesta.ok || es !== huella) throw new Error(`${ruta} no es de esta versión.`)
  const headers = new Headers(respuesta.headers)
  for (const sobra of ['Content-Encoding', 'Content-Length', 'Set-Cookie', 'Vary']) headers.delete(sobra)
  await cache.put(ruta, new Response(datos, { headers }))
}

async function activar() {
  for (const nombre of await caches.keys()) if (nombre.startsWith(PREFIJO) && nombre !== CACHE) await caches.delete(nombre)
  await self.clients.claim()
}

async function dar(ruta, pedido) {
  return await (await caches.open(CACHE)).match(ruta) ?? fetch(pedido)
}

async function congelada() {
  const dicho = await (await caches.open(CONGELADA)).match('/casilla/congelada')
  if (!dicho) return false
  const { hasta, pendientes } = await dicho.json()
  return pendientes > 0 || Date.now() < hasta
}
