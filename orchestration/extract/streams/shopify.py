"""What is read from a storefront."""

from orchestration.extract.streams.stream import (
    AMOUNT,
    INSTANT,
    TEXT,
    Bulk,
    Stream,
    System,
    nodes,
    struct,
)

MONEY = struct(amount=AMOUNT, currencyCode=TEXT)
BAG = struct(shopMoney=MONEY, presentmentMoney=MONEY)
REFERENCE = struct(id=TEXT)
TAX_LINES = struct(title=TEXT, rate="DECIMAL(12, 8)", priceSet=BAG) + "[]"
DISCOUNTS = struct(allocatedAmountSet=BAG) + "[]"
PAYMENT = struct(
    id=TEXT,
    kind=TEXT,
    status=TEXT,
    gateway=TEXT,
    createdAt=INSTANT,
    processedAt=INSTANT,
    amountSet=BAG,
    parentTransaction=REFERENCE,
)
ORDER_LINE = struct(
    id=TEXT,
    sku=TEXT,
    quantity="INTEGER",
    currentQuantity="INTEGER",
    variant=struct(inventoryItem=REFERENCE),
    lineItemGroup=REFERENCE,
    originalUnitPriceSet=BAG,
    discountAllocations=DISCOUNTS,
    taxLines=TAX_LINES,
)
AGREEMENT = struct(
    __typename=TEXT,
    id=TEXT,
    happenedAt=INSTANT,
    refund=REFERENCE,
    **{"return": REFERENCE},
    sales=nodes(
        struct(
            id=TEXT,
            actionType=TEXT,
            lineType=TEXT,
            quantity="INTEGER",
            totalAmount=BAG,
            lineItem=REFERENCE,
        )
    ),
)

SHOPIFY_STREAMS = (
    Stream(
        System.SHOPIFY,
        "orders",
        key=("id",),
        cursor="updatedAt",
        records=("data", "orders", "nodes"),
        bulk=Bulk(
            document="bulk_orders",
            children={"lineItems": "LineItem", "returns": "Return"},
            beside=("shippingLines",),
            beside_document="beside_bulk_orders",
        ),
        capped={"transactions": 100, "refunds": 100},
        columns={
            "id": TEXT,
            "name": TEXT,
            "createdAt": INSTANT,
            "processedAt": INSTANT,
            "updatedAt": INSTANT,
            "cancelledAt": INSTANT,
            "test": "BOOLEAN",
            "sourceName": TEXT,
            "currencyCode": TEXT,
            "presentmentCurrencyCode": TEXT,
            "taxesIncluded": "BOOLEAN",
            "customer": REFERENCE,
            "purchasingEntity": struct(__typename=TEXT, company=REFERENCE),
            "paymentTerms": struct(id=TEXT, paymentTermsType=TEXT),
            "totalRefundedSet": BAG,
            "lineItems": nodes(ORDER_LINE),
            "shippingLines": nodes(
                struct(id=TEXT, isRemoved="BOOLEAN", discountedPriceSet=BAG, taxLines=TAX_LINES)
            ),
            "transactions": PAYMENT + "[]",
            "refunds": REFERENCE + "[]",
            "returns": nodes(REFERENCE),
        },
    ),
    Stream(
        System.SHOPIFY,
        "order_census",
        key=("id",),
        records=("data", "orders", "nodes"),
        columns={
            "id": TEXT,
            "updatedAt": INSTANT,
            "returns": nodes(struct(id=TEXT, status=TEXT)),
            "refunds": REFERENCE + "[]",
        },
    ),
    Stream(
        System.SHOPIFY,
        "deleted_orders",
        key=("id",),
        records=("deleted",),
        columns={"id": TEXT},
    ),
    Stream(
        System.SHOPIFY,
        "returns",
        key=("id",),
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "name": TEXT,
            "status": TEXT,
            "createdAt": INSTANT,
            "requestApprovedAt": INSTANT,
            "closedAt": INSTANT,
            "totalQuantity": "INTEGER",
            "decline": struct(reason=TEXT),
            "order": REFERENCE,
            "returnShippingFees": struct(id=TEXT, amountSet=BAG) + "[]",
            "returnLineItems": nodes(
                struct(
                    __typename=TEXT,
                    id=TEXT,
                    quantity="INTEGER",
                    processedQuantity="INTEGER",
                    refundedQuantity="INTEGER",
                    returnReasonDefinition=struct(handle=TEXT, name=TEXT),
                    fulfillmentLineItem=struct(id=TEXT, lineItem=REFERENCE),
                    restockingFee=struct(id=TEXT, amountSet=BAG),
                )
            ),
            "exchangeLineItems": nodes(
                struct(
                    id=TEXT,
                    quantity="INTEGER",
                    processedQuantity="INTEGER",
                    lineItems=struct(
                        id=TEXT,
                        sku=TEXT,
                        quantity="INTEGER",
                        originalUnitPriceSet=BAG,
                        discountAllocations=DISCOUNTS,
                        taxLines=TAX_LINES,
                    )
                    + "[]",
                )
            ),
        },
    ),
    Stream(
        System.SHOPIFY,
        "dispositions",
        key=("id",),
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "reverseFulfillmentOrders": nodes(
                struct(
                    id=TEXT,
                    status=TEXT,
                    lineItems=nodes(
                        struct(
                            id=TEXT,
                            totalQuantity="INTEGER",
                            fulfillmentLineItem=struct(id=TEXT, lineItem=REFERENCE),
                            dispositions=struct(
                                id=TEXT,
                                type=TEXT,
                                quantity="INTEGER",
                                createdAt=INSTANT,
                                location=struct(id=TEXT, name=TEXT),
                            )
                            + "[]",
                        )
                    ),
                )
            ),
        },
    ),
    Stream(
        System.SHOPIFY,
        "refunds",
        key=("id",),
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "createdAt": INSTANT,
            "updatedAt": INSTANT,
            "processedAt": INSTANT,
            "note": TEXT,
            "order": REFERENCE,
            "return": REFERENCE,
            "totalRefundedSet": BAG,
            "refundLineItems": nodes(
                struct(
                    id=TEXT,
                    quantity="INTEGER",
                    restockType=TEXT,
                    restocked="BOOLEAN",
                    location=struct(id=TEXT, name=TEXT),
                    lineItem=REFERENCE,
                    subtotalSet=BAG,
                    totalTaxSet=BAG,
                )
            ),
            "refundShippingLines": nodes(struct(id=TEXT, subtotalAmountSet=BAG, taxAmountSet=BAG)),
            "orderAdjustments": nodes(
                struct(id=TEXT, reason=TEXT, amountSet=BAG, taxAmountSet=BAG)
            ),
            "duties": struct(amountSet=BAG) + "[]",
            "transactions": nodes(PAYMENT),
        },
    ),
    Stream(
        System.SHOPIFY,
        "bank_references",
        key=("id",),
        is_optional=True,
        records=("data", "nodes"),
        columns={
            "id": TEXT,
            "shopifyPaymentsSet": struct(refundSet=struct(acquirerReferenceNumber=TEXT)),
        },
    ),
    Stream(
        System.SHOPIFY,
        "sales_agreements",
        key=("id",),
        is_optional=True,
        records=("data", "nodes"),
        columns={"id": TEXT, "agreements": nodes(AGREEMENT)},
    ),
    Stream(
        System.SHOPIFY,
        "customers",
        key=("id",),
        is_optional=True,
        records=("data", "nodes"),
        # What the source answers never lands: assets/customers.py makes these of it.
        columns={"id": TEXT, "customer_key": TEXT, "display_name": TEXT},
    ),
    Stream(
        System.SHOPIFY,
        "balance_transactions",
        key=("id",),
        cursor="transactionDate",
        records=("data", "shopifyPaymentsAccount", "balanceTransactions", "nodes"),
        columns={
            "id": TEXT,
            "type": TEXT,
            "sourceType": TEXT,
            "sourceOrderTransactionId": TEXT,
            "transactionDate": INSTANT,
            "test": "BOOLEAN",
            "amount": MONEY,
            "fee": MONEY,
            "net": MONEY,
            "associatedOrder": REFERENCE,
            "associatedPayout": struct(id=TEXT, status=TEXT),
        },
    ),
    Stream(
        System.SHOPIFY,
        "payouts",
        key=("id",),
        is_optional=True,
        cursor="issuedAt",
        records=("data", "shopifyPaymentsAccount", "payouts", "nodes"),
        columns={
            "id": TEXT,
            "issuedAt": INSTANT,
            "status": TEXT,
            "transactionType": TEXT,
            "net": MONEY,
            "summary": struct(
                chargesGross=MONEY,
                chargesFee=MONEY,
                refundsFeeGross=MONEY,
                refundsFee=MONEY,
                adjustmentsGross=MONEY,
                adjustmentsFee=MONEY,
            ),
        },
    ),
    Stream(
        System.SHOPIFY,
        "tender_transactions",
        key=("id",),
        is_optional=True,
        cursor="processedAt",
        records=("data", "tenderTransactions", "nodes"),
        columns={
            "id": TEXT,
            "processedAt": INSTANT,
            "test": "BOOLEAN",
            "paymentMethod": TEXT,
            "remoteReference": TEXT,
            "amount": MONEY,
            "order": REFERENCE,
        },
    ),
    Stream(
        System.SHOPIFY,
        "locations",
        key=("id",),
        records=("data", "locations", "nodes"),
        columns={"id": TEXT, "name": TEXT, "isActive": "BOOLEAN", "updatedAt": INSTANT},
    ),
    Stream(
        System.SHOPIFY,
        "inventory_levels",
        key=("id",),
        cursor="updatedAt",
        records=("data", "location", "inventoryLevels", "nodes"),
        columns={
            "id": TEXT,
            "isActive": "BOOLEAN",
            "updatedAt": INSTANT,
            "item": struct(id=TEXT, sku=TEXT),
            "location": struct(id=TEXT, name=TEXT),
            "quantities": struct(name=TEXT, quantity="INTEGER", updatedAt=INSTANT) + "[]",
        },
    ),
)
