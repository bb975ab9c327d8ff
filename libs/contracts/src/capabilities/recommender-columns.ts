import { toTime } from './recommender-times.js';
import {
  toCategories,
  toDescription,
  toEvent,
  toFlag,
  toId,
  toNumber,
  toOppositeFlag,
  toPrice,
  toTitle,
  type Convert,
} from './recommender-values.js';

export type RowKind = 'interactions' | 'items';

/** How a field of a row is found by its name and read. */
export interface FieldRule {
  /** In lower case, without accents, and without anything but letters and digits. */
  readonly names: readonly string[];
  readonly convert: Convert;
  /** The field of the contract. Default: the name of the rule. */
  readonly field?: string;
  /** Counts only in a row without another field of the same meaning. */
  readonly weak?: true;
}

const named = (...lines: readonly string[]) => lines.join(' ').split(' ');

const ITEM = named(
  'item itemid itemuuid itemno itemcode itemnumber itemsitemid product productid productuuid productno prodid productcode productnumber sku itemsku productsku variantsku lineitemsku sellersku',
  'article articleid articlenumber movie movieid book bookid isbn asin asin1 parentasin gtin ean',
  'artikel artikelnummer artikelnr produkt produktnummer produit produitid producto productoid articulo articuloid',
);

/** The fields of rows in the words of shops, of their exports and of public sets, in English, German, French and Spanish. */
export const RULES: Readonly<Record<RowKind, Readonly<Record<string, FieldRule>>>> = {
  interactions: {
    user: {
      names: named(
        'user userid useruuid userno uid custid customerno customer customerid customernumber customeruserid customeruniqueid client clientid visitor visitorid member memberid',
        'memberno buyer buyerid shopper shopperid reviewer reviewerid account accountid username profileid contactid subscriberid',
        'kunde kundennummer kundennr kundenid benutzer nutzer utilisateur usuario cliente clienteid',
      ),
      convert: toId,
    },
    // What is left of those who are not logged in, and of the orders of guests.
    visit: {
      names: named(
        'userpseudoid anonymousid distinctid usertoken deviceid cookieid sessionid session email useremail customeremail',
      ),
      convert: toId,
      field: 'user',
      weak: true,
    },
    item: {
      names: [
        ...ITEM,
        ...named(
          'song songid track trackid video videoid content contentid goods goodsid listing listingid offer offerid',
        ),
      ],
      convert: toId,
    },
    event: {
      names: named(
        'event eventtype eventname action actiontype interaction interactiontype behavior behaviour behaviortype',
        'behaviourtype activity aktion ereignis evenement evento accion',
      ),
      convert: toEvent,
    },
    // Of a message that has an event, it is the type of the message.
    type: { names: ['type'], convert: toEvent, field: 'event', weak: true },
    value: {
      names: named(
        'value weight strength eventvalue quantity qty count lineitemquantity qtyordered menge anzahl quantite cantidad',
      ),
      convert: toNumber,
    },
    rating: {
      names: named(
        'rating stars starrating userrating bookrating reviewrating overall score reviewscore bewertung sterne',
        'valoracion puntuacion',
      ),
      convert: toNumber,
      field: 'value',
    },
    at: {
      names: named(
        'at time timestamp timestampms ts datetime createdat eventtime eventtimestamp occurredat unixtime',
        'unixreviewtime paidat purchasedat orderedat orderpurchasetimestamp servertime zeitstempel zeitpunkt horodatage',
      ),
      convert: toTime,
    },
    // A day alone does not tell what was first.
    day: {
      names: named('date created eventdate purchasedate orderdate reviewdate reviewtime tdat datum bestelldatum fecha'),
      convert: toTime,
      field: 'at',
      weak: true,
    },
  },
  items: {
    id: { names: ['id', ...ITEM], convert: toId },
    // The address of a product in a shop, beside its number.
    handle: { names: ['handle', 'slug'], convert: toId, field: 'id', weak: true },
    title: {
      names: named(
        'title name productname producttitle itemname itemtitle label titel bezeichnung produktname artikelname titre nom',
        'titulo nombre',
      ),
      convert: toTitle,
    },
    text: {
      names: named(
        'text description desc body bodyhtml summary details longdescription productdescription shortdescription',
        'beschreibung descripcion',
      ),
      convert: toDescription,
    },
    category: {
      names: named(
        'category categories categoryname producttype productcategory department genre genres kategorie categorie categoria',
      ),
      convert: toCategories,
    },
    price: {
      names: named('price saleprice unitprice listprice regularprice variantprice preis prix precio'),
      convert: toPrice,
    },
    inStock: {
      names: named(
        'instock isinstock available isavailable availability stock stockstatus stockquantity stocklevel inventory',
        'quantity qty availablequantity menge inventoryquantity inventoryqty variantinventoryqty lagerbestand bestand verfugbar verfugbarkeit disponible',
        'disponibilite disponibilidad existencias',
      ),
      convert: toFlag,
    },
    soldOut: {
      names: named('outofstock soldout isoutofstock issoldout unavailable ausverkauft'),
      convert: toOppositeFlag,
      field: 'inStock',
    },
  },
};
