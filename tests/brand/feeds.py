"""Feeds as shops publish them: Google's fields in RSS 2.0 and in Atom."""

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">
<channel>
<title>The Shop</title>
<link>https://shop.example</link>
<description>What we sell</description>
<item>
<g:id>TV_123456</g:id>
<title>LG 22LB4510 - 22" LED TV - 1080p (FullHD)</title>
<link>https://shop.example/electronics/tv?sku=22LB4510&amp;src=feed</link>
<g:description>Attractively styled.</g:description>
<g:image_link>https://shop.example/pics/tv.png</g:image_link>
<g:condition>used</g:condition>
<g:availability>in stock</g:availability>
<g:price>159.00 USD</g:price>
<g:shipping><g:country>US</g:country><g:service>Standard</g:service><g:price>14.95 USD</g:price></g:shipping>
<g:brand>LG</g:brand>
</item>
<item>
<g:id>DVD-0564738</g:id>
<g:title><![CDATA[Merlin: Series 3 & more]]></g:title>
<g:link>https://shop.example/dvd?sku=384616</g:link>
<g:image_link>https://shop.example/pics/merlin.jpg</g:image_link>
<g:availability>out_of_stock</g:availability>
<g:price>11.99 USD</g:price>
<g:sale_price>9.99 USD</g:sale_price>
</item>
<item>
<g:id>OLD-SALE</g:id>
<title>Towel</title>
<g:price>USD 20</g:price>
<g:sale_price>5.00 USD</g:sale_price>
<g:sale_price_effective_date>2020-02-24T13:00-0800/2020-02-29T15:30-0800</g:sale_price_effective_date>
<g:availability>preorder</g:availability>
<g:quantity>7</g:quantity>
</item>
<item><g:id>BAD</g:id><title>No price at all</title><g:price>cheap</g:price></item>
<item><title>Nameless</title><g:price>1 USD</g:price></item>
</channel>
</rss>
"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>The Shop</title><link rel="self" href="https://shop.example/feed"/><updated>2026-01-05T12:00:00Z</updated>
<entry>
<id>tag:shop.example,2026:tea</id>
<g:id>tea</g:id>
<title>Gr\u00fcner Tee</title>
<link rel="alternate" href="https://shop.example/tea"/><link rel="enclosure" href="https://shop.example/tea.pdf"/>
<g:image_link>https://shop.example/tea.jpg</g:image_link>
<g:price>1.234,50 EUR</g:price>
<g:availability>in_stock</g:availability>
</entry>
<entry><id>cup</id><title>Cup</title><g:price>3 EUR</g:price></entry>
</feed>
"""


def rss(products):
    """Return a feed of products given as {key: (price, availability)}."""
    items = "".join(
        f"<item><g:id>{key}</g:id><title>Product {key}</title><g:price>{price} GBP</g:price><g:availability>{there}</g:availability>"
        f"<link>https://shop.example/{key}</link></item>"
        for key, (price, there) in products.items()
    )
    return f'<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>{items}</channel></rss>'
