// What an operator asks of Consul's agent, and tells it.
export class ConsulAgent {
  constructor(cluster) {
    this.url = `http://${cluster.address}:${cluster.parts.consul.ports.http}`;
  }

  async ask(path, options) {
    const response = await fetch(`${this.url}/v1/${path}`, options);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  // { id: { service, address, port, tags, meta, checks: { name: status } } } of one service.
  async instances(service) {
    const all = await this.ask(`health/service/${service}`);
    return Object.fromEntries(all.map(({ Service, Checks }) => [Service.ID, {
      service: Service.Service, address: Service.Address, port: Service.Port, tags: Service.Tags, meta: Service.Meta,
      checks: Object.fromEntries(Checks.filter(({ ServiceID }) => ServiceID === Service.ID).map(({ Name, Status }) => [Name, Status])),
    }]));
  }

  async put(key, value) { return this.ask(`kv/confab/config/${key}`, { method: 'PUT', body: value }); }
  async remove(key) { return this.ask(`kv/confab/config/${key}`, { method: 'DELETE' }); }
}
