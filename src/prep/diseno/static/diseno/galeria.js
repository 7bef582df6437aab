import { avisar } from './avisos.js'

document.addEventListener('click', ({ target }) => {
  const boton = target.closest('[data-frase]')
  if (boton) avisar(boton.dataset.frase, { mal: 'mal' in boton.dataset })
})
