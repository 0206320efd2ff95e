// What the database says of an address. (placeholder until the API is here)
"use strict";
function showDatabase() {}
function decisionOn() {}
function taking() { return null; }
