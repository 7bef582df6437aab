# Every target prepares what it needs. `make` alone lists them.
.DEFAULT_GOAL := ayuda
PY := .venv/bin/python

.PHONY: ayuda
ayuda: ## esta lista
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: entorno
entorno: ## prepara .venv con las dependencias y la orden .venv/bin/prep
	@sh herramientas/entorno.sh

.PHONY: demo
demo: entorno ## una noche pequeña de principio a fin, que queda servida hasta Ctrl-C (SALIR=1 termina sola, PUERTO=n)
	@.venv/bin/prep demo $(if $(filter 1,$(SALIR)),--salir) $(if $(PUERTO),--puerto $(PUERTO))

.PHONY: simulacro-jalisco
simulacro-jalisco: entorno ## 10,900 casillas × 3 por todas las puertas, tan aprisa como se pueda (CASILLAS=n, DESTINO=carpeta)
	@.venv/bin/prep simulacro correr docs/planes/jalisco.toml $(or $(DESTINO),datos/jalisco) $(if $(CASILLAS),--casillas $(CASILLAS))

.PHONY: test
test: entorno jueces ## revisa el código y corre las pruebas (unos 20 minutos con 2 núcleos desocupados)
	@echo "• Estilo, formato, tipos y capas; y la ley con cada una de sus ramas…"
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint cobertura
	@$(PY) -m pytest -n auto --dist worksteal --ignore=tests/dominio

.PHONY: cobertura
cobertura: entorno ## las pruebas de la ley (dominio), que deben recorrer cada rama
	@$(PY) -m coverage run --branch --source=src/prep/dominio -m pytest tests/dominio
	@$(PY) -m coverage report --show-missing --skip-covered --fail-under=100

.PHONY: test-largo
test-largo: entorno jueces ## las pruebas largas y exhaustivas, y las mutaciones de dominio
	@$(PY) -m pytest -m largo --hypothesis-profile=largo --timeout=3600
	@$(PY) herramientas/mutacion.py

.PHONY: bench
bench: entorno ## mide e imprime: hechos por segundo, tiempo y memoria de un corte, una reproducción
	@.venv/bin/prep bench

.PHONY: lint
lint: entorno ## estilo, formato, tipos y capas
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

.PHONY: formato
formato: entorno ## da formato al código
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

.PHONY: paquete
paquete: entorno ## la carpeta que se lleva a servidores y nodos, con todo lo que se instala (salida/paquete; CENTRO=url, AUTORIDAD=crt)
	@sh herramientas/paquete.sh

.PHONY: jueces
jueces: ## instala (solo como root) los programas externos con que se comprueban las pruebas
	@sh herramientas/jueces.sh

.PHONY: lock
lock: entorno ## vuelve a fijar las dependencias desde pyproject.toml
	@sh herramientas/lock.sh

.PHONY: licencias
licencias: entorno ## TERCEROS.txt: con qué se instala el programa, con qué licencia y con qué avisos (después de make lock)
	@$(PY) herramientas/licencias.py

.PHONY: sbom
sbom: entorno ## salida/sbom.cdx.json: lista de materiales (CycloneDX) de lo que se instala, con sus huellas y licencias
	@$(PY) herramientas/sbom.py

.PHONY: auditar
auditar: entorno ## busca fallas de seguridad conocidas en las dependencias fijadas; sin red, lo dice y no falla
	@sh herramientas/auditar.sh

.PHONY: limpiar
limpiar: ## borra lo que se puede volver a hacer; nunca datos/
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage mutants salida
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
