"""Reads the environment once and wires everything. Every DUOLOGUE_ variable is described in docs/reference/settings.md."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from duologue import environment as env
from duologue.platform.database.folder import DataFolder
from duologue.platform.secrets.keys import installation_key
from duologue.platform.telemetry.logs import configure_logs

BASE_DIR = Path(__file__).resolve().parent

# --- where everything is kept -------------------------------------------------------------------------------
DATA = DataFolder(Path(env.text("DUOLOGUE_DATA", "./data")).absolute())
DATABASE_URL = env.text("DATABASE_URL")
EMBEDDED_DATABASE = not DATABASE_URL
LAKE_URL = env.folder_or_address("LAKE_URL")
ENGINE_URL = env.text("ENGINE_URL")
SECRET_KEY = env.text("DUOLOGUE_SECRET_KEY") or installation_key(DATA)

# --- where people reach us ----------------------------------------------------------------------------------
HOST = env.text("DUOLOGUE_HOST", "127.0.0.1")
PORT = env.number("DUOLOGUE_PORT", 8000, least=1, most=65535)
PUBLIC_URL = env.text("DUOLOGUE_PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.words(
    "DUOLOGUE_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", HOST, PUBLIC_URL.split("//")[1].split("/")[0].split(":")[0]]
)
TRUSTED_PROXIES = env.networks("DUOLOGUE_TRUSTED_PROXIES", ["127.0.0.0/8", "::1"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
WEBHOOKS_PRIVATE = env.flag("DUOLOGUE_WEBHOOKS_PRIVATE", default=False)
API_PER_MINUTE = env.number("DUOLOGUE_API_PER_MINUTE", 600)
SECURE_BEHIND_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_BEHIND_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DEBUG = env.flag("DUOLOGUE_DEBUG", default=False)

# --- connections: one pool for the web process, one for every other; `cli/budget.py` adds them up ---------------
WEB_CONNECTIONS = env.number("DUOLOGUE_WEB_CONNECTIONS", 12, least=4, most=500)
WORK_CONNECTIONS = env.number("DUOLOGUE_WORK_CONNECTIONS", 4, least=2, most=100)
POOL = {"min_size": 0, "max_size": WORK_CONNECTIONS, "timeout": 20}  # `asgi` takes the web's size
PREPARE_AFTER = 4  # times that a connection is asked the same; then PostgreSQL keeps the plan (decision 10)
DATABASES = {
    "default": {
        **(env.database_url(DATABASE_URL) if DATABASE_URL else DATA.database()),
        "OPTIONS": {"pool": POOL, "server_side_binding": True, "prepare_threshold": PREPARE_AFTER},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- what is installed --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "duologue.platform",
    "duologue.people",
    "duologue.brand",
    "duologue.strategize",
    "duologue.engage",
    "duologue.measure",
    "duologue.web",
]
MIDDLEWARE = [
    "duologue.web.hosts.Hosts",
    "duologue.web.tls.StayWithTls",
    "django.middleware.security.SecurityMiddleware",
    "duologue.web.files.Files",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "duologue.web.unkeepable.RefuseTheUnkeepable",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "duologue.urls"
ASGI_APPLICATION = "duologue.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- who works here -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "platform.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "duologue.web.accounts.adapter.ByInvitationOnly"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a code typed as its half minute ends still holds, as RFC 6238 advises (section 5.2)
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever signs in was invited at the address, or let in on the machine
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_CLIENT_IP_CALLABLE = "duologue.web.whence.address_of"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- pages --------------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "web" / "assets"] if (BASE_DIR / "web" / "assets").is_dir() else []
WHITENOISE_USE_FINDERS = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # charts and progress bars set widths from numbers
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
EMAIL_BACKEND = "duologue.web.accounts.mail.ThroughOurRelay"
ACCOUNT_MAIL_URL = env.text("DUOLOGUE_ACCOUNT_MAIL_URL")
DEFAULT_FROM_EMAIL = env.text("DUOLOGUE_ACCOUNT_MAIL_FROM", f"Duologue <duologue@{PUBLIC_URL.split('//')[1].split('/')[0].split(':')[0]}>")

# --- sending and receiving mail -----------------------------------------------------------------------------
DNS = env.text("DUOLOGUE_DNS")
SENDERS = env.number("DUOLOGUE_SENDERS", 1, least=1, most=64)
MAIL_IN_HOST = env.text("DUOLOGUE_MAIL_IN_HOST", "127.0.0.1")
MAIL_IN_PORT = env.number("DUOLOGUE_MAIL_IN_PORT", 0, least=0, most=65535)

# --- logs and figures ---------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("DUOLOGUE_METRICS_TOKEN")
LOGGING_CONFIG = None
configure_logs(as_json=env.flag("DUOLOGUE_LOG_JSON", default=False))
