# One machine with compose on it, as in the reference system, and nothing open but what must be. No
# secret passes through here: Terraform keeps what it sees in its state, so the machine makes its own
# (deploy/compose/make-env).

resource "google_compute_network" "confab" {
  name                    = "confab"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "confab" {
  name          = "confab"
  network       = google_compute_network.confab.id
  ip_cidr_range = "10.77.0.0/24"
}

resource "google_compute_address" "confab" {
  name = "confab"
}

# Without a rule a network of Google's lets nothing in.
resource "google_compute_firewall" "public" {
  name          = "confab-public"
  network       = google_compute_network.confab.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["confab"]

  # The web app: 80 sends to 443, and answers the certificate authority.
  allow {
    protocol = "tcp"
    ports    = ["80", "443"]
  }

  # coturn. What it relays goes to confab on the same machine: its relay ports stay closed.
  allow {
    protocol = "udp"
    ports    = ["3478"]
  }
  allow {
    protocol = "tcp"
    ports    = ["3478", "5349"]
  }

  # Media: what deploy/compose publishes.
  allow {
    protocol = "udp"
    ports    = ["40000-40015"]
  }
  allow {
    protocol = "tcp"
    ports    = ["40000-40015"]
  }
}

resource "google_compute_firewall" "ssh" {
  count         = length(var.ssh_from) > 0 ? 1 : 0
  name          = "confab-ssh"
  network       = google_compute_network.confab.id
  source_ranges = var.ssh_from
  target_tags   = ["confab"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_instance" "confab" {
  name         = "confab"
  machine_type = var.machine_type
  tags         = ["confab"]

  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
      size  = 40
      type  = "pd-balanced"
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.confab.id
    access_config {
      nat_ip = google_compute_address.confab.address
    }
  }

  metadata = {
    block-project-ssh-keys = "true"
    user-data = templatefile("${path.module}/cloud-init.yaml.tftpl", {
      address    = google_compute_address.confab.address
      domain     = var.domain
      repository = var.repository
      revision   = var.revision
    })
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  # No service account: what runs here has no rights in the project.
}
