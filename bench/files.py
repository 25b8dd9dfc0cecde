"""Files as shops have them, made the same each time."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = """
kind: people
source: shop
external_id: id
identifiers: {email: "{email}", phone: "{phone}"}
facts: {first_name: "{first}", last_name: "{last}", country: "{country}", city: "{city}", points: {from: "{points}", as: number}}
consent:
  - {channel: email, purpose: news, state: granted, where: {news: "yes"}, wording: "yes, send me news"}
"""
ORDERS = """
kind: events
source: shop
external_id: Customer ID
time: {column: InvoiceDate, format: "%Y-%m-%d %H:%M:%S", zone: Europe/London}
currency: GBP
group:
  by: Invoice
  lines: products
  item: {product_id: "{StockCode}", name: "{Description}", quantity: {from: "{Quantity}", as: number}, price: {from: "{Price}", as: number}}
  quantity: Quantity
  price: Price
events:
  - {event: Order Completed, total: revenue, properties: {order_id: "{Invoice}"}}
"""


def people_file(path: Path, count: int) -> int:
    """Write people with e-mail, phone, consent and five facts."""
    draw = random.Random(3)
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["id", "email", "phone", "first", "last", "country", "city", "points", "news"])
        for number in range(count):
            first, country = draw.choice(["Ada", "Bob", "Cleo", "Dan"]), draw.choice(["DE", "FR", "AT"])
            address, phone = f"person{number}@shop{number % 50}.example", f"+4915{10_000_000 + number}"
            lines.writerow(
                (
                    number + 1,
                    address,
                    phone,
                    f"{first}{number % 977}",
                    f"Last{number % 5003}",
                    country,
                    f"City{number % 300}",
                    number % 100,
                    "yes",
                )
            )
    return count


def orders_file(path: Path, count: int) -> int:
    """Write about so many order lines, up to 40 an order; return how many."""
    draw, at, invoice, written = random.Random(3), datetime(2010, 1, 1, tzinfo=UTC), 500_000, 0
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"])
        while written < count:
            invoice, at, customer = invoice + 1, at + timedelta(minutes=3), draw.randint(1, 5000)
            for _ in range(draw.randint(1, 40)):
                price = draw.choice(["1.25", "2.95", "0.85"])
                thing = f"SOME DESCRIPTION OF A THING {draw.randint(1, 4000)}"
                lines.writerow(
                    (
                        invoice,
                        draw.randint(10_000, 14_000),
                        thing,
                        draw.randint(1, 20),
                        f"{at:%Y-%m-%d %H:%M:%S}",
                        price,
                        customer,
                        "United Kingdom",
                    )
                )
                written += 1
    return written
