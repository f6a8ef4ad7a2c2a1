FROM python:3.11-slim-trixie

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/supportnet
RUN useradd --system --create-home --home-dir /var/lib/supportnet supportnet

# `manage.py backup` calls pg_dump, which must not be older than the server: both are 17. The doctor
# looks at SPF and DMARC with dig.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client bind9-dnsutils \
    && rm -rf /var/lib/apt/lists/*

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes --requirement requirements/base.txt

COPY . .
# Collecting files needs every setting and uses none of these.
RUN RING="1:$(head -c 32 /dev/zero | base64)" && SECRET_KEY=- VAULT_KEYS="$RING" \
    VAULT_HASH_KEYS="$RING" LINK_KEYS="$RING" SITE_URL=https://build.invalid \
    DATABASE_URL=postgresql://build/build REDIS_URL=redis://build SMTP_URL=smtp://build \
    MAIL_FROM=build@build.invalid python manage.py collectstatic --no-input

USER supportnet
EXPOSE 8000
CMD ["gunicorn", "supportnet.wsgi", "--bind", "0.0.0.0:8000"]
