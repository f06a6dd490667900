-- The index of one release. Everything here is derived from its RDF and the shapes.
PRAGMA user_version = 5;  -- registry.search.version.VERSION

CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,        -- path segment of its class
    label_fr TEXT NOT NULL,
    label_en TEXT,             -- here and below: NULL where it is as in French
    sort_fr TEXT NOT NULL,
    sort_en TEXT,
    summary_fr TEXT NOT NULL,  -- first words of its description
    summary_en TEXT,
    modified TEXT NOT NULL,    -- date, '' where none is stated
    facets TEXT NOT NULL       -- ids of its rows in facet, with commas
) STRICT;
CREATE INDEX resource_by_kind_fr ON resource (kind, sort_fr);
CREATE INDEX resource_by_kind_en ON resource (kind, COALESCE(sort_en, sort_fr));

CREATE INDEX resource_by_date ON resource (kind, modified);

-- A value of a filter, and the records that state it: a roaring bitmap of their ids
-- (https://roaringbitmap.org). Narrower values are gathered when a release is opened.
CREATE TABLE facet (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,        -- the property; “kind” for the path segment of the class, “says” for
                               -- the fields that are asked for and stated, “described-by”
    value TEXT NOT NULL,       -- an IRI, the year of a date, a segment
    members BLOB NOT NULL,
    UNIQUE (path, value)
) STRICT;

-- What lies in or below what: territories, concepts.
CREATE TABLE broader (narrow TEXT NOT NULL, broad TEXT NOT NULL, PRIMARY KEY (narrow, broad))
STRICT, WITHOUT ROWID;

-- Where a record says that it is. One that does not is where the territory is that it names.
CREATE TABLE point (
    id INTEGER PRIMARY KEY,    -- of its row in resource
    longitude REAL NOT NULL,
    latitude REAL NOT NULL
) STRICT;

-- Relationships in time, registry.search.spans: who is related to whom, by what is said of it in short.
CREATE TABLE span (
    id INTEGER NOT NULL,       -- of the relationship's row in resource
    path TEXT NOT NULL,        -- the shortcut property
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    begun INTEGER NOT NULL,    -- years; 0 where none is known
    ended INTEGER NOT NULL     -- 9999 where no end is known
) STRICT;
CREATE INDEX span_by_id ON span (id);

-- The words of the records that have a list on the site. A release copies its parent's index, so
-- what is left out here is saved with every edit.
CREATE VIRTUAL TABLE words USING fts5 (
    label, other, description_fr, description_en, tokenize = "unicode61 remove_diacritics 2"
);

-- Findings below the gate (warnings, information), kept with the release.
CREATE TABLE finding (
    focus TEXT NOT NULL,
    record TEXT NOT NULL,
    severity TEXT NOT NULL,
    path TEXT NOT NULL,
    value TEXT NOT NULL,
    constraint_name TEXT NOT NULL,
    message_fr TEXT NOT NULL,
    message_en TEXT NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX finding_by_record ON finding (record);
CREATE INDEX finding_by_severity ON finding (severity, source);
