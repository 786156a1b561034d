# make run [ARGS=photo.jpg]   open the editor
# make test [ARGS=tests/...]  run the tests, or some of them, in two processes (ARGS=-n0: in one)
# make lint                   check style (ruff), types (mypy) and imports (import-linter)
# make bench [ARGS=--json]    measure the speed on this machine
# make translations           collect new texts of gui/ in the .ts files; translate them there (Qt
#                             Linguist or any editor), then run it again
#
# Every target first installs what is missing: the packages of pyproject.toml into .venv and, on a
# bare Debian or Ubuntu, the system libraries that Qt needs (apt-get, with sudo if needed).
#
# Supported: Python 3.11, 3.12 and 3.13. Newer versions are not tested (pyproject.toml excludes them).

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# The first of these that is a supported version creates the .venv.
PYTHONS := python3 python3.13 python3.12 python3.11

# The system libraries that Qt's window needs and the wheels do not contain.
QT_PACKAGES := libegl1 libgl1 libfontconfig1 libdbus-1-3 libglib2.0-0 libx11-xcb1 libxkbcommon0 \
	libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
	libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1

QT := $(VENV)/lib/python3*/site-packages/PySide6/Qt
QT_FILES := $(QT)/lib/libQt6Widgets.so.6 $(QT)/lib/libQt6Svg.so.6 \
	$(QT)/plugins/platforms/libqxcb.so $(QT)/plugins/platforms/libqoffscreen.so

APT := $$( [ "$$(id -u)" = 0 ] || echo sudo ) env DEBIAN_FRONTEND=noninteractive apt-get

.PHONY: run test lint bench translations setup qt-libraries

run: setup
	$(BIN)/python main.py $(ARGS)

# With one thread each: two processes whose threads wait for one another would share two cores badly.
test: setup
	OMP_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python main.py benchmark $(ARGS)

TRANSLATIONS := $(wildcard resources/translations/*.ts)

translations: setup
	$(BIN)/pyside6-lupdate $(shell find gui -name "*.py") -source-language en_GB -no-obsolete -locations none -ts $(TRANSLATIONS)
	$(BIN)/pyside6-lrelease $(TRANSLATIONS)

setup: $(READY) qt-libraries

$(READY): pyproject.toml
	@if [ ! -x $(BIN)/pip ]; then \
		for python in $(PYTHONS); do \
			$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && break; \
			python=; \
		done; \
		[ -n "$$python" ] || { echo "Repose needs Python 3.11, 3.12 or 3.13, and none of them is on the PATH: install one and run make again." >&2; exit 1; }; \
		if ! $$python -m venv $(VENV) && command -v apt-get >/dev/null; then \
			echo "Installing Debian's venv for $$python."; \
			$(APT) -qq update && $(APT) -qq install -y \
				python$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv; \
			$$python -m venv $(VENV); \
		fi; \
		[ -x $(BIN)/pip ] || { echo "Python's venv does not work here: install it (Debian: python3-venv) and run make again." >&2; exit 1; }; \
	fi
	@echo "Setting up $(VENV): the first time this downloads the packages, on Linux several gigabytes (PyTorch)."
	@$(BIN)/pip install --editable '.[dev]' || { \
		echo "The packages could not be installed (the reason is above): check the network and the free disk space." >&2; exit 1; }
	@touch $@

# ldd lists missing libraries. Where there is no ldd (macOS), Qt needs no system libraries.
MISSING = $$(ldd $(QT_FILES) 2>/dev/null | awk '/=> not found/ {print $$1}' | sort -u | xargs)

qt-libraries: $(READY)
	@command -v ldd >/dev/null || exit 0; \
	missing="$(MISSING)"; \
	[ -n "$$missing" ] || exit 0; \
	if command -v apt-get >/dev/null; then \
		echo "Installing the system libraries that Qt needs: $$missing"; \
		$(APT) -qq update && $(APT) -qq install -y --no-install-recommends $(QT_PACKAGES) >/dev/null; \
		missing="$(MISSING)"; \
	fi; \
	[ -z "$$missing" ] || { \
		echo "Qt needs system libraries that are missing and could not be installed: $$missing" >&2; \
		echo "Install them with your system's package manager and run make again." >&2; exit 1; }
