FROM python:3.11-slim-trixie

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/supportnet
RUN useradd --system --create-home --home-dir /var/lib/supportnet supportnet

# `manage.py backup` calls pg_dump, which must not be older than the server: both are 17.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes --requirement requirements/base.txt

COPY . .
# Collecting files needs settings but no secret: local mode makes its own, thrown away at once.
RUN SUPPORTNET_MODE=local SUPPORTNET_VAR=/tmp/build python manage.py collectstatic --no-input \
    && rm -rf /tmp/build

USER supportnet
EXPOSE 8000
CMD ["gunicorn", "supportnet.wsgi", "--bind", "0.0.0.0:8000"]
