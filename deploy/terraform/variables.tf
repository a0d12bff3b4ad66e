variable "project" {
  description = "Google Cloud project that the machine is made in"
  type        = string
}

variable "region" {
  type    = string
  default = "europe-west1"
}

variable "zone" {
  type    = string
  default = "europe-west1-b"
}

variable "domain" {
  description = "Name of the site; its A record must say what the output `address` says"
  type        = string
}

variable "repository" {
  description = "Where the machine clones confab from, to build its image there"
  type        = string
}

variable "revision" {
  description = "Commit or tag to run"
  type        = string
}

variable "machine_type" {
  description = "Each core is a media thread with a port of its own; sixteen at the most; docs/deploy.md has the sums"
  type        = string
  default     = "c3-standard-4"
}

variable "ssh_from" {
  description = "Networks that may open SSH; none by default. 35.235.240.0/20 is Identity-Aware Proxy"
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.ssh_from, "0.0.0.0/0") && !contains(var.ssh_from, "::/0")
    error_message = "SSH is not opened to the world: name the networks you come from."
  }
}
