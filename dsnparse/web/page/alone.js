// The same view as one file, which has the answer in it.
"use strict";

byId("main").append(sidesView(JSON.parse(byId("answer").textContent), null));
showEvidence();
