// What the desks share: what was typed is kept until the server has it, sent again while there is no connection, and
// applied once, because the command has a name of its own.
import { sesionDeVuelta } from '../diseno/sesion.js'

const CLAVE = 'prep-ccv', OTRA_VEZ = 3000

const leido = () => { try { return JSON.parse(sessionStorage.getItem(CLAVE)) } catch { return null } }
/** Erase what was typed, unless it is of `salvo`: the command of the acta that is still in these hands. */
export function olvidar(salvo = '') {
  if (salvo && leido()?.orden === salvo) return
  try { sessionStorage.removeItem(CLAVE) } catch { /* nothing was kept */ }
}
/** That command, on whatever page one looks at meanwhile. */
export const enManos = () => document.querySelector('[data-en-manos]')?.dataset.enManos ?? ''

export function borrador(orden) {
  olvidar(orden)
  const guardado = leido()
  return {
    guardado,
    guardar: (datos) => { try { sessionStorage.setItem(CLAVE, JSON.stringify({ orden, ...datos })) } catch { /* only this page remembers */ } },
  }
}

/** `poner`: begin with the acta that came in the place of the one that was sent. Without it another page comes. */
export function prepararMesa(poner) {
  const mesa = document.getElementById('mesa'), frases = mesa.dataset, dice = document.getElementById('dice'), hoja = document.getElementById('hoja')
  let enviando = false, sigue = null, ultima = null

  function decir(frase, mal = false) { dice.textContent = frase; dice.classList.toggle('mal', mal) }
  const volver = () => new Promise((ya) => { const t = setTimeout(ya, OTRA_VEZ); addEventListener('online', () => { clearTimeout(t); ya() }, { once: true }) })

  /** Send until the server answers. Gives the fields that it asks to look at again. */
  async function enviar(accion, otros = {}) {
    if (enviando) return []
    enviando = true
    ultima = [accion, otros]
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
        if (respuesta.status !== 401) return await leer(respuesta)
        decir(frases.sesion, true)
        await sesionDeVuelta()
        await volver() // the same answer again does not come at once
      }
    } finally { enviando = false }
  }

  // What is closed is given back at once, unless something typed waits here for whoever opens it again, or it is on
  // another page.
  addEventListener('pagehide', () => {
    if (enviando || !frases.pagina || leido()?.orden === frases.orden) return
    const datos = new URLSearchParams(new FormData(hoja))
    datos.set('accion', 'soltar')
    datos.set('pagina', frases.pagina)
    navigator.sendBeacon(location.pathname, datos)
  })
  addEventListener('pageshow', (e) => e.persisted && location.reload()) // it was given back, and the browser kept its page

  async function leer(respuesta) {
    const esJson = respuesta.headers.get('Content-Type')?.startsWith('application/json')
    const dicho = esJson ? await respuesta.json() : {}
    const salvo = enManos() === mesa.dataset.orden ? '' : enManos() // what is done here ends only what is done here
    if (respuesta.ok && dicho.ir) {
      olvidar(salvo)
      delete frases.pagina // it is in these hands no longer
      poner && dicho.acta ? cambiar(dicho.acta) : location.replace(dicho.ir)
      return []
    }
    if (!dicho.frase) { decir(frases.falla.replace('{codigo}', respuesta.headers.get('X-Codigo') ?? respuesta.status), true); return [] }
    ultima = null
    const codigo = frases.codigo.replace('{codigo}', dicho.codigo)
    if (dicho.ir) { olvidar(salvo); sigue = dicho.ir }
    decir([dicho.frase, dicho.ir ? frases.seguir : '', codigo].filter(Boolean).join(' '), true)
    return dicho.campos ?? []
  }

  /** What of this page is of one acta becomes the next one's. */
  function cambiar(acta) {
    ultima = null
    frases.orden = frases.enManos = acta.orden
    frases.pagina = acta.pagina
    mesa.toggleAttribute('data-enderezada', acta.enderezada)
    document.getElementById('quien-es').innerHTML = acta.quien
    hoja.elements.ficha.value = acta.ficha
    hoja.elements.motivo?.remove()
    const renglones = hoja.querySelector('.renglones')
    renglones.innerHTML = acta.renglones
    renglones.scrollTop = 0
    document.getElementById('con-motivo')?.reset()
    decir('')
    poner(acta)
  }

  for (const b of document.querySelectorAll('[data-problema]')) {
    b.addEventListener('click', () => { b.closest('dialog').close(); enviar('problema', { problema: b.dataset.problema }) })
  }
  document.querySelector('form.salidas')?.addEventListener('submit', (e) => { e.target.elements.orden.value = frases.orden; olvidar(); delete frases.pagina })
  return {
    enviar, decir, frases, hoja, ocupada: () => enviando,
    seguir: () => sigue && (location.replace(sigue), true),
    /** Send again, the same, what got no answer that says what became of it. */
    reintentar: () => !!ultima && !enviando && (enviar(...ultima), true),
    desistir: () => { ultima = null },
  }
}
