// Maps of districts and proposals. Each map has a list or fields beside it that say the same without it.
(function () {
  "use strict";

  const INK = getComputedStyle(document.documentElement).getPropertyValue("--brand").trim() || "#1f5c4d";

  const TONES = { late: "--warn", abandoned: "--bad", delivered: "--good" };

  function ink(status) {
    return (TONES[status] && getComputedStyle(document.documentElement).getPropertyValue(TONES[status]).trim()) || INK;
  }

  function dot(latlng, label, status) {
    return L.circleMarker(latlng, { radius: 9, weight: 3, color: "#ffffff", fillColor: ink(status), fillOpacity: 1, bubblingMouseEvents: false })
      .bindTooltip(label || "");
  }

  // Pins are small enough that two neighbours leave each other room to be touched.
  function pin(cluster) {
    return L.divIcon({ html: String(cluster.getChildCount()), className: "marker-cluster", iconSize: [30, 30] });
  }

  async function fetched(address) {
    const answer = await fetch(address, { headers: { Accept: "application/geo+json" } });
    return answer.ok ? answer.json() : { type: "FeatureCollection", features: [] };
  }

  function picking(map, box, districts) {
    const latitude = document.getElementById(box.dataset.latitudeField);
    const longitude = document.getElementById(box.dataset.longitudeField);
    const district = document.getElementById(box.dataset.districtField);
    let mark = null;
    function put(latlng, told) {
      if (mark) { mark.setLatLng(latlng); } else { mark = dot(latlng).addTo(map); }
      latitude.value = latlng.lat.toFixed(6);
      longitude.value = latlng.lng.toFixed(6);
      if (told) { latitude.dispatchEvent(new Event("change", { bubbles: true })); }
    }
    if (latitude.value && longitude.value) { put(L.latLng(Number(latitude.value), Number(longitude.value)), false); }
    map.on("click", function (event) {
      put(event.latlng, true);
      if (district) { district.value = ""; }
    });
    districts.eachLayer(function (layer) { layer.on("click", function (event) { map.fire("click", { latlng: event.latlng }); }); });
    if (district) {
      district.addEventListener("change", function () {
        if (mark) { mark.remove(); mark = null; }
        latitude.value = longitude.value = "";
      });
    }
  }

  async function build(box) {
    box.hidden = false;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", box.dataset.label || "");
    const map = L.map(box, { maxZoom: 19, zoomSnap: 0.25, zoomControl: true, attributionControl: false, scrollWheelZoom: false });
    const outlines = await fetched(box.dataset.districts);
    const districts = L.geoJSON(outlines, {
      style: { color: INK, weight: 2, fillOpacity: 0.06 },
      onEachFeature: function (feature, layer) { layer.bindTooltip(feature.properties.name, { sticky: true }); },
    }).addTo(map);
    const extent = districts.getBounds();
    function whole() { map.fitBounds(extent, { padding: [8, 8], animate: false }); }
    if (extent.isValid()) { whole(); map.on("resize", whole); } else { map.setView([42, 34], 6); }
    if (box.dataset.latitude) {
      const here = [Number(box.dataset.latitude), Number(box.dataset.longitude)];
      dot(here).addTo(map);
      map.off("resize", whole);
      map.setView(here, 13);
    }
    if (box.dataset.places) {
      const places = await fetched(box.dataset.places);
      const many = L.markerClusterGroup ? L.markerClusterGroup({ maxClusterRadius: 80, iconCreateFunction: pin }) : L.layerGroup();
      places.features.forEach(function (feature) {
        const [lng, lat] = feature.geometry.coordinates;
        const said = feature.properties;
        dot([lat, lng], said.title, said.status)
          .on("click", function () { location.href = said.address || box.dataset.link.replace(/0$/, String(said.id)); })
          .addTo(many);
      });
      many.addTo(map);
    }
    if ("pick" in box.dataset) { picking(map, box, districts); }
    box.dataset.ready = "yes";
  }

  if (window.L) { document.querySelectorAll("[data-map]").forEach(build); }
})();
