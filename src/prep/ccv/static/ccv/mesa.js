// What the desks share: what was typed is kept until the server has it, sent again while there is no connection, and
// applied once, because the command has a name of its own.
const CLAVE = 'prep-ccv', OTRA_VEZ = 3000

export const olvidar = () => { try { sessionStorage.removeItem(CLAVE) } catch { /* nothing was kept */ } }

export function borrador(orden) {
  let guardado = null
  try {
    guardado = JSON.parse(sessionStorage.getItem(CLAVE))
    if (guardado?.orden !== orden) { olvidar(); guardado = null }
  } catch { olvidar() }
  return {
    guardado,
    guardar: (datos) => { try { sessionStorage.setItem(CLAVE, JSON.stringify({ orden, ...datos })) } catch { /* only this page remembers */ } },
  }
}

export function prepararMesa() {
  const mesa = document.getElementById('mesa'), frases = mesa.dataset, dice = document.getElementById('dice'), hoja = document.getElementById('hoja')
  let enviando = false, sigue = null

  function decir(frase, mal = false) { dice.textContent = frase; dice.classList.toggle('mal', mal) }
  const volver = () => new Promise((ya) => { const t = setTimeout(ya, OTRA_VEZ); addEventListener('online', () => { clearTimeout(t); ya() }, { once: true }) })

  /** Send until the server answers. Gives the fields that it asks to look at again. */
  async function enviar(accion, otros = {}) {
    if (enviando) return []
    enviando = true
    decir(frases.enviando)
    try {
      for (;;) {
        const datos = new URLSearchParams(new FormData(hoja))
        datos.set('accion', accion)
        for (const [campo, valor] of Object.entries(otros)) datos.set(campo, valor)
        let respuesta
        try {
          respuesta = await fetch(location.pathname, { method: 'POST', body: datos, redirect: 'error', headers: { Accept: 'application/json' } })
        } catch {
          decir(frases.sinConexion, true)
          await volver()
          continue
        }
        return await leer(respuesta)
      }
    } finally { enviando = false }
  }

  async function leer(respuesta) {
    const esJson = respuesta.headers.get('Content-Type')?.startsWith('application/json')
    const dicho = esJson ? await respuesta.json() : {}
    if (respuesta.ok && dicho.ir) {
      olvidar()
      location.replace(dicho.ir)
      return []
    }
    if (respuesta.status === 401) {
      decir(frases.sesion, true)
      document.dispatchEvent(new Event('visibilitychange')) // the dialog of the session's end opens
      return []
    }
    if (!dicho.frase) { decir(frases.falla.replace('{codigo}', respuesta.headers.get('X-Codigo') ?? respuesta.status), true); return [] }
    const codigo = frases.codigo.replace('{codigo}', dicho.codigo)
    if (dicho.ir) { olvidar(); sigue = dicho.ir }
    decir([dicho.frase, dicho.ir ? frases.seguir : '', codigo].filter(Boolean).join(' '), true)
    return dicho.campos ?? []
  }

  for (const b of document.querySelectorAll('[data-problema]')) {
    b.addEventListener('click', () => { b.closest('dialog').close(); enviar('problema', { problema: b.dataset.problema }) })
  }
  document.querySelector('form.salidas')?.addEventListener('submit', olvidar)
  return { enviar, decir, frases, hoja, ocupada: () => enviando, seguir: () => sigue && (location.replace(sigue), true) }
}
