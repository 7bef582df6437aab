// What a desk sends is sent again, the same, until the server says what became of it: nobody's session, account, centre
// or connection loses what a person read.
import { sesionDeVuelta } from './sesion.js'

export const PAUSA = 3000
const ESPERAN = { 401: 'sesion', 408: 'sinConexion', 409: 'cuenta', 423: 'pausa', 428: 'practica', 429: 'sinConexion' }

export const espera = (ms) => new Promise((listo) => setTimeout(listo, ms))

/** Send once. `porque`: why it must be sent again ('sesion', 'cuenta', 'practica', 'pausa', 'sinConexion'); empty where `pagina`,
 *  which came, is the last word. */
export async function intentar(forma, datos) {
  datos.set('csrfmiddlewaretoken', forma.elements.csrfmiddlewaretoken.value) // another session may have begun
  const respuesta = await fetch(forma.action, { method: 'POST', body: datos, headers: { Accept: 'text/html' } }).catch(() => null)
  const porque = !respuesta || respuesta.status >= 500 ? 'sinConexion' : ESPERAN[respuesta.status] ?? ''
  const texto = await respuesta?.text().catch(() => null) ?? null
  return texto === null ? { porque: 'sinConexion' } : { porque, pagina: new DOMParser().parseFromString(texto, 'text/html') }
}

/** Wait for what that reason says: a session with its token, or a while. */
export async function aguardar(porque) {
  if (porque === 'sesion') await sesionDeVuelta()
  await espera(PAUSA)
}
