// Ten minutes before a session ends the page says so and extends it in place. If it did end, what was typed stays here:
// the person comes in again in another tab, and this page, which meanwhile shows nothing, goes on with the new session's
// token. Who leaves, and whoever comes in after somebody else, finds nothing of what was typed; what waits to be sent
// (`data-por-enviar`) stays covered until its own person is back, and is sent as nobody else's.
import { avisar } from './avisos.js'

const AVISO = 10 * 60, CADA = 60, AL_VOLVER = 5 // seconds

const esperan = [] // whoever was answered that this page has no session, or not its token
let mirar = () => {}

/** When the page's person is in, with the token of their session. */
export const sesionDeVuelta = () => new Promise((ya) => { esperan.push(ya); mirar() })

const olvidar = () => { try { sessionStorage.clear() } catch { /* nothing was kept */ } }

export function prepararSesion() {
  addEventListener('submit', (evento) => evento.target.matches('[data-salir]') && olvidar())
  const ruta = document.querySelector('meta[name=prep-sesion]')?.content
  if (!ruta) return
  const dialogo = document.getElementById('sesion'), terminada = document.getElementById('sesion-terminada')
  const frase = dialogo.querySelector('p'), boton = dialogo.querySelector('button.principal')
  let ficha = document.querySelector('[name=csrfmiddlewaretoken]')?.value ?? JSON.parse(document.body.getAttribute('hx-headers') ?? '{}')['X-CSRFToken']
  let persona, reloj, callado = false

  function renovar(nueva) {
    ficha = nueva
    for (const campo of document.querySelectorAll('[name=csrfmiddlewaretoken]')) campo.value = nueva
    document.body.setAttribute('hx-headers', JSON.stringify({ 'X-CSRFToken': nueva }))
  }

  function seguir(estado) {
    if (persona && estado.persona !== persona) { // somebody else came in at this computer
      olvidar()
      return document.querySelector('[data-por-enviar]') ? cubrir() : location.reload()
    }
    persona = estado.persona
    renovar(estado.csrf)
    for (const ya of esperan.splice(0)) ya()
    if (terminada.open) { terminada.close(); avisar(boton.dataset.seguida) }
    if (estado.segundos > AVISO) callado = false
    else if (!callado) {
      const minutos = Math.max(1, Math.ceil(estado.segundos / 60))
      const cuanto = minutos === 1 ? frase.dataset.minuto : frase.dataset.minutos.replace('{n}', minutos)
      frase.textContent = (estado.se_alarga ? frase.dataset.explica : frase.dataset.limite).replace('{minutos}', cuanto)
      boton.hidden = !estado.se_alarga
      if (!dialogo.open) dialogo.showModal()
    }
    esperar(estado.segundos <= AVISO ? Math.min(CADA, estado.segundos + 1) : Math.min(CADA * 5, estado.segundos - AVISO + 1))
  }

  function cubrir() {
    dialogo.close()
    if (!terminada.open) terminada.showModal()
    esperar(AL_VOLVER)
  }

  function esperar(segundos) { clearTimeout(reloj); reloj = setTimeout(mirar, segundos * 1000) }

  mirar = async (opciones = {}) => {
    try {
      const respuesta = await fetch(ruta, { headers: { 'X-CSRFToken': ficha, Accept: 'application/json' }, redirect: 'error', ...opciones })
      if (respuesta.status === 401) return cubrir()
      if (respuesta.ok) { seguir(await respuesta.json()); return true }
    } catch { /* no connection: whatever is sent next says so */ }
    esperar(esperan.length ? AL_VOLVER : CADA)
  }

  boton.addEventListener('click', async () => {
    boton.disabled = true
    if (await mirar({ method: 'POST' })) { dialogo.close(); avisar(boton.dataset.seguida) }
    boton.disabled = false
  })
  dialogo.addEventListener('close', () => { callado = true })
  terminada.addEventListener('cancel', (evento) => evento.preventDefault())
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && mirar())
  document.addEventListener('htmx:responseError', ({ detail: { xhr } }) => xhr.status === 401 && mirar())
  mirar()
}
