"""The machine room: settings, the PostgreSQL starter, the clock, the object store. Knows no law and no desk."""
