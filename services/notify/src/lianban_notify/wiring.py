"""Puts the service together from its settings: one place that knows every part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import ClientSession
from temporalio.client import Client
from temporalio.worker import Worker

from lianban.contracts.names import QUEUE_NOTIFY
from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.database import Database
from lianban.platform.directory import load_directory
from lianban.platform.relay import EventRelay
from lianban.platform.temporal import make_worker
from lianban_notify.database import Relay
from lianban_notify.deliveries.activities import DeliveryActivities
from lianban_notify.deliveries.carrier import Carrier
from lianban_notify.deliveries.courier import ConsoleCourier, Courier, HttpCourier, Party, RecordingCourier
from lianban_notify.deliveries.outbox import Outbox
from lianban_notify.deliveries.service import Deliveries
from lianban_notify.deliveries.tracking import Tracking
from lianban_notify.intake import Intake
from lianban_notify.messages.activities import MessageActivities
from lianban_notify.messages.enclosures import Enclosures
from lianban_notify.messages.mail import ConsoleMail, RecordingMail, SmtpMail
from lianban_notify.messages.ports import MailSender, SmsSender
from lianban_notify.messages.readers import ReaderBook
from lianban_notify.messages.service import Messages
from lianban_notify.messages.sms import ConsoleSms, HttpSms, RecordingSms
from lianban_notify.messages.smtp_connections import Server, SmtpConnections
from lianban_notify.messages.texts import House, Texts
from lianban_notify.settings import NotifySettings, read_secret

CALLBACK_PATH = "/v1/courier/tracking"


@dataclass(frozen=True)
class Ports:
    """What stands for the world outside."""

    sms: SmsSender
    mail: MailSender
    courier: Courier

    @classmethod
    def choose(cls, settings: NotifySettings, client: ClientSession) -> Ports:
        return cls(_sms(settings, client), _mail(settings), _courier(settings, client))


class Parts:
    """Everything that runs, over one database, one Temporal client and one HTTP client."""

    def __init__(
        self,
        settings: NotifySettings,
        keyring: Keyring,
        authority: TokenAuthority,
        database: Database,
        temporal: Client,
        http: ClientSession,
    ) -> None:
        factory = database.transactions
        self.ports = Ports.choose(settings, http)
        self.relay = EventRelay(factory, temporal, Relay)
        intake = Intake(settings.intake_url, authority, http)
        readers = ReaderBook(intake, load_directory(settings.directory_file))
        texts = Texts(House(settings.organisation, settings.hotline, settings.pickup_place))
        enclosures = Enclosures(intake, settings.document_url)
        messages = Messages(database, self.relay, readers, enclosures, texts, self.ports.sms, self.ports.mail)
        deliveries = Deliveries(database, self.relay, intake, self.ports.courier, messages)
        carrier = Carrier(factory, temporal, self.relay)
        self.outbox = Outbox(factory, carrier)
        self.tracking = Tracking(factory, keyring, carrier, self.outbox)
        self._message_activities = MessageActivities(messages, deliveries.waybill_of)
        self._delivery_activities = DeliveryActivities(deliveries)

    def workers(self, client: Client) -> Sequence[Worker]:
        activities = (self._message_activities.send_message, self._delivery_activities.deliver_results)
        return [make_worker(client, QUEUE_NOTIFY, activities=activities)]


def _sms(settings: NotifySettings, client: ClientSession) -> SmsSender:
    match settings.sms:
        case "http":
            return HttpSms(settings.sms_url, read_secret(settings.sms_key_file), client)
        case "console":
            return ConsoleSms()
        case "recording":
            return RecordingSms()


def _mail(settings: NotifySettings) -> MailSender:
    match settings.mail:
        case "smtp":
            password = read_secret(settings.smtp_password_file) if settings.smtp_password_file else None
            server = Server(
                settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_username, password
            )
            return SmtpMail(SmtpConnections(server), settings.mail_from, settings.organisation)
        case "console":
            return ConsoleMail()
        case "recording":
            return RecordingMail()


def _courier(settings: NotifySettings, client: ClientSession) -> Courier:
    match settings.courier:
        case "http":
            sender = Party(name=settings.organisation, mobile=settings.sender_mobile, address=settings.sender_address)
            callback_url = settings.public_url.rstrip("/") + CALLBACK_PATH
            secret = read_secret(settings.courier_secret_file)
            return HttpCourier(settings.courier_url, secret, sender, callback_url, client)
        case "console":
            return ConsoleCourier()
        case "recording":
            return RecordingCourier()
