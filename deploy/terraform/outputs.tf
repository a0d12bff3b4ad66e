output "address" {
  description = "What the domain's A record must say"
  value       = google_compute_address.confab.address
}

output "url" {
  value = "https://${var.domain}"
}
