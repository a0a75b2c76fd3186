"""What the business sells, where, and under which taxes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """Something for sale; the price in minor units of either store's currency."""

    sku: str
    price: int
    is_zero_rated: bool = False


@dataclass(frozen=True)
class Store:
    """A storefront: its money, whether prices include tax, and the taxes of its jurisdictions."""

    name: str
    currency: str
    prefix: str
    is_tax_included: bool
    # Each jurisdiction with its codes and rates; a sale is taxed by one of them.
    jurisdictions: tuple[tuple[tuple[str, str], ...], ...]
    shipping: tuple[int, ...]


STORES = (
    Store(
        "us",
        "USD",
        "#",
        is_tax_included=False,
        jurisdictions=(
            (("CA", "0.0725"), ("CA-LOCAL", "0.0225")),
            (("CA", "0.0725"),),
            (("NY", "0.04"), ("NY-LOCAL", "0.04875")),
            (("TX", "0.0625"), ("TX-LOCAL", "0.02")),
            (("WA", "0.065"), ("WA-LOCAL", "0.0385")),
            (("VA", "0.053"),),
            (),
        ),
        shipping=(595, 795, 1295),
    ),
    Store(
        "uk",
        "GBP",
        "#UK",
        is_tax_included=True,
        jurisdictions=((("VAT20", "0.20"),),),
        shipping=(395, 495, 995),
    ),
)
STORE_WEIGHTS = (62, 38)

ITEMS = (
    Item("TEE-BLACK-M", 2400),
    Item("TEE-WHITE-L", 2400),
    Item("SHIRT-OXFORD-M", 5900),
    Item("SHIRT-LINEN-S", 6450),
    Item("JEANS-SLIM-32", 8900),
    Item("JEANS-WIDE-30", 9450),
    Item("DRESS-WRAP-10", 11900),
    Item("COAT-WOOL-M", 24900),
    Item("JACKET-RAIN-L", 15995),
    Item("JUMPER-MERINO-M", 7995),
    Item("SOCKS-3PK", 1499),
    Item("BELT-LEATHER-95", 3995),
    Item("BOOT-CHELSEA-42", 17900),
    Item("SNEAKER-CANVAS-40", 7450),
    Item("SANDAL-CORK-38", 6995),
    Item("SCARF-CASHMERE", 8950),
    Item("BAG-TOTE", 4999),
    Item("BAG-WEEKEND", 13900),
    Item("KIDS-COAT-6Y", 5499, is_zero_rated=True),
    Item("KIDS-BOOT-30", 4299, is_zero_rated=True),
    Item("BOOK-WARDROBE", 1999, is_zero_rated=True),
    Item("TOWEL-BATH", 2250),
    Item("BLANKET-MOHAIR", 12950),
    Item("CANDLE-CEDAR", 1850),
)
# Sold together for less than apart: the items, and the discount of the whole.
BUNDLES = {
    "SET-WINTER": (("SCARF-CASHMERE", "JUMPER-MERINO-M", "SOCKS-3PK"), "0.15"),
    "SET-TRAVEL": (("BAG-WEEKEND", "BAG-TOTE"), "0.12"),
    "SET-HOME": (("TOWEL-BATH", "BLANKET-MOHAIR", "CANDLE-CEDAR"), "0.18"),
}
BY_SKU = {item.sku: item for item in ITEMS}
REASONS = ("size_too_small", "size_too_large", "unwanted", "defective", "wrong_item", "style")
GATEWAYS = ("shopify_payments", "paypal")
