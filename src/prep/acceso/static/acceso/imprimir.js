for (const boton of document.querySelectorAll('[data-imprime]')) boton.addEventListener('click', () => print())
