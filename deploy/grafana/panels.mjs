// What the dashboards show: make-dashboards makes Grafana's JSON of it. A unit is one of Grafana's ids.
// `${i}` stands for the processes that were chosen at the top.
const i = 'instance=~"$instance"';
const rate = (name, labels = '') => `rate(confab_${name}{${i}${labels && `, ${labels}`}}[$__rate_interval])`;
const by = (what, expr) => `sum by (${what}) (${expr})`;
const rates = (what, name, labels) => by(what, rate(name, labels));
const gauge = (what, name) => by(what, `confab_${name}{${i}}`);

const stat = (title, unit, expr, legend, more = {}) => ({ title, unit, queries: [[expr, legend]], kind: 'stat', wide: 4, ...more });
const graph = (title, unit, queries, more = {}) => ({ title, unit, queries, kind: 'timeseries', wide: 8, ...more });
const quantile = (q, name) => `histogram_quantile(${q}, sum by (instance, le) (rate(confab_${name}_bucket{${i}}[$__rate_interval])))`;

const quantileBy = (q, what, name) => `histogram_quantile(${q}, sum by (${what}, le) (rate(confab_${name}_bucket{${i}}[$__rate_interval])))`;
// Of a label's values those that took longest; a table of all would say nothing.
const slowest = (what, name) => `topk(8, ${quantileBy('0.99', what, name)} > 0)`;

const overview = [
  stat('People in meetings', 'short', 'sum(confab_participants)', 'people'),
  stat('Meetings', 'short', 'sum(confab_meetings)', 'meetings'),
  stat('Media out', 'bps', '8 * sum(rate(confab_media_bytes_sent_total[$__rate_interval]))', 'out'),
  stat('Processes that answer', 'short', 'sum(up{job="confab"})', 'up'),
  stat('Processes not ready', 'short', 'count(confab_ready == 0) or vector(0)', 'not ready'),
  stat('Alerts', 'short', 'count(ALERTS{alertstate="firing"}) or vector(0)', 'firing'),
  graph('People and meetings', 'short', [['sum(confab_participants)', 'people'], ['sum(confab_meetings)', 'meetings']]),
  graph('Media', 'bps', [[`8 * sum(${rate('media_bytes_received_total')})`, 'in'], [`8 * sum(${rate('media_bytes_sent_total')})`, 'out']]),
  graph('Forwarding delay', 's', [[quantile('0.5', 'forwarding_delay_seconds'), 'half of all, {{instance}}'], [quantile('0.99', 'forwarding_delay_seconds'), '99 %, {{instance}}']],
    { about: 'From the kernel taking a packet in to its having taken it out again.' }),
  graph('Processor', 'percentunit', [[rates('service, instance', 'process_cpu_seconds_total'), '{{service}} {{instance}}']], { about: '100 % is one core.' }),
  graph('Loss', 'percentunit', [[`instance:confab_uplink_loss:ratio1m{${i}}`, 'from publishers, {{instance}}'], [`instance:confab_downlink_loss:ratio1m{${i}}`, 'to subscribers, {{instance}}']],
    { about: 'Packets that were asked for again.', countsFaults: true }),
  graph('Turned away', 'reqps', [
    [rates('instance, listener', 'http_refused_total'), 'listener {{listener}}, {{instance}}'],
    [rates('instance', 'signaling_requests_refused_total'), 'requests, {{instance}}'],
  ]),
];

const media = [
  graph('Transports', 'short', [[gauge('instance', 'transports'), '{{instance}}']]),
  graph('Streams sent', 'short', [[gauge('instance', 'producers'), '{{instance}}']]),
  graph('Streams received', 'short', [[gauge('instance', 'consumers'), '{{instance}}']]),
  graph('Bits in', 'bps', [[`8 * ${rates('instance', 'media_bytes_received_total')}`, '{{instance}}']]),
  graph('Bits out', 'bps', [[`8 * ${rates('instance', 'media_bytes_sent_total')}`, '{{instance}}']]),
  graph('Packets out for each message to the kernel', 'short', [[`${rates('instance', 'media_packets_sent_total')} / (${rates('instance', 'media_messages_sent_total')} > 0)`, '{{instance}}']],
    { about: 'Packets per skb, which sending costs by.' }),
  graph('Packets in by kind', 'pps', ['rtp', 'rtcp', 'stun', 'dtls'].map((kind) => [`sum(${rate(`${kind}_packets_received_total`)})`, kind])),
  graph('Packets out', 'pps', [[rates('instance', 'media_packets_sent_total'), '{{instance}}']]),
  graph('Forwarding delay', 's', [['0.5', 'half of all'], ['0.9', '90 %'], ['0.99', '99 %']].map(([q, word]) => [quantile(q, 'forwarding_delay_seconds'), `${word}, {{instance}}`])),
  graph('Transports of each shard', 'short', [[gauge('instance, shard', 'transports'), '{{instance}} shard {{shard}}']]),
  graph('Packets dropped, by reason', 'pps', [[`${rates('reason', 'media_drops_total')} > 0`, '{{reason}}']], { countsFaults: true }),
  graph('Dropped for want of room', 'pps', [[`instance:confab_overload_drops:rate1m{${i}}`, '{{instance}}']], { about: 'Queues, buffers and the kernel: people hear and see it.' }),
  graph('Lost in the kernel', 'pps', [[rates('instance, shard', 'engine_udp_kernel_receive_drops_total'), '{{instance}} shard {{shard}}']], { about: 'A receive buffer that was full.' }),
  graph('Not sent', 'pps', ['send_would_block', 'send_error', 'message_too_long'].map((why) => [`sum(${rate(`engine_drop_${why}_total`)})`, why])),
  graph('Media over TCP', 'short', [[gauge('instance', 'tcp_connections'), '{{instance}}']]),
  graph('TCP connections', 'ops', ['accepted', 'closed', 'refused', 'unproven', 'out_of_descriptors'].map((how) => [`sum(${rate(`engine_tcp_${how}_total`)})`, how])),
  graph('Between shards', 'pps', [[`sum(${rate('pipe_packets_sent_total')})`, 'copied'], [`sum(${rate('pipe_packets_received_total')})`, 'taken over']]),
  graph('Packet buffers held', 'short', [[gauge('instance', 'packet_slots_in_use'), '{{instance}}']]),
  graph('Waiting to be sent', 'short', [[gauge('instance', 'egress_queued_packets'), '{{instance}}']]),
  graph('Turns of the loop', 'ops', [[rates('instance, shard', 'engine_loop_iterations_total'), '{{instance}} shard {{shard}}']]),
];

const quality = [
  graph('Lost from publishers', 'percentunit', [[`instance:confab_uplink_loss:ratio1m{${i}}`, '{{instance}}']], { about: 'Packets asked for again over packets that came.', countsFaults: true }),
  graph('Lost to subscribers', 'percentunit', [[`instance:confab_downlink_loss:ratio1m{${i}}`, '{{instance}}']], { about: 'Packets asked for again over packets sent.', countsFaults: true }),
  graph('Forwarding delay, 99 %', 's', [[quantile('0.99', 'forwarding_delay_seconds'), '{{instance}}']]),
  graph('Round trips to clients', 's', [['0.5', 'half'], ['0.95', '95 %']].map(([share, words]) => [quantileBy(share, 'instance', 'rtcp_round_trip_seconds'), `${words}, {{instance}}`])),
  graph('Loss, 95 % of reports', 'percentunit', [[quantileBy('0.95', 'direction', 'rtcp_loss_ratio'), '{{direction}}']], { about: 'Of streams, before repairs; up: from publishers, as measured here, down: to subscribers, as they say.' }),
  graph('Jitter, 95 % of reports', 's', [[quantileBy('0.95', 'direction', 'rtcp_jitter_seconds'), '{{direction}}']]),
  graph('What receivers may be sent, and are', 'bps', [[`sum(confab_receiver_target_bits_per_second{${i}})`, 'may be'], [`sum(confab_receiver_sent_bits_per_second{${i}})`, 'are']], { about: 'Receivers of layered video.' }),
  graph('Layers that are sent', 'short', [[gauge('layer', 'layered_consumers'), 'layer {{layer}}']], { about: '0: the smallest picture.' }),
  graph('Links of receivers', 'short', [[gauge('state', 'receiver_links'), '{{state}}']]),
  graph('Asked for again', 'pps', [[`sum(${rate('nacked_packets_received_total')})`, 'by subscribers'], [`sum(${rate('nacked_packets_sent_total')})`, 'of publishers']]),
  graph('Sent again', 'pps', [[`sum(${rate('rtx_packets_sent_total')})`, 'to subscribers'], [`sum(${rate('rtx_packets_received_total')})`, 'by publishers']]),
  graph('Asked for and not sent again', 'pps', [[rates('reason', 'nacked_packets_refused_total'), '{{reason}}']]),
  graph('Key frames asked for', 'ops', [
    [`sum(${rate('key_frame_requests_received_total')})`, 'by subscribers'],
    [`sum(${rate('key_frame_requests_sent_total')})`, 'of publishers'],
    [`sum(${rate('key_frame_requests_shed_total')})`, 'too often, and not passed on'],
  ]),
  graph('Held back', 'pps', ['before_key_frame', 'before_switch', 'consumer_paused', 'producer_paused'].map((why) => [`sum(${rate('media_drops_total', `reason="${why}"`)})`, why]),
    { about: 'Packets that a decoder could not use yet, or that nobody wants.' }),
  graph('Came too late or too often', 'pps', ['rtp_duplicate', 'egress_late', 'egress_shed'].map((why) => [`sum(${rate('media_drops_total', `reason="${why}"`)})`, why])),
  graph('Feedback', 'ops', [[`sum(${rate('twcc_feedback_received_total')})`, 'from subscribers'], [`sum(${rate('twcc_feedback_sent_total')})`, 'to publishers']]),
  graph('Transports that fell silent', 'ops', [[rates('instance', 'transports_timed_out_total'), '{{instance}}']], { about: 'Closed for want of consent: the network or the machine at the other end is gone.' }),
  graph('Meetings whose media node went away', 'ops', [[rates('instance', 'meetings_lost_total'), 'moved, {{instance}}'], [rates('instance', 'meetings_homeless_total'), 'not opened, {{instance}}']]),
  graph('Joins, half of all: since the click', 's', [[quantileBy('0.5', 'step', 'client_join_seconds'), '{{step}}']], { about: 'As clients report it.', countsFaults: true }),
  graph('Joins, 95 %: since the click', 's', [[quantileBy('0.95', 'step', 'client_join_seconds'), '{{step}}']], { about: 'As clients report it.', countsFaults: true }),
  graph('Joins that did not come past a step', 'ops', [[rates('step, reason', 'client_joins_failed_total'), '{{step}}: {{reason}}']]),
  graph('Video that stood still', 'percentunit', [[`sum(${rate('client_frozen_seconds_total')}) / (sum(${rate('client_video_seconds_total')}) > 0)`, 'of what was to be seen']], { about: 'As clients report it.', countsFaults: true }),
  graph('Sound that was made up', 'percentunit', [[`sum(${rate('client_concealed_seconds_total')}) / (sum(${rate('client_audio_seconds_total')}) > 0)`, 'of what was to be heard']], { about: 'As clients report it.', countsFaults: true }),
  graph('What was away and came back', 'ops', [[rates('what', 'client_reconnect_seconds_count'), '{{what}}']], { about: 'Sockets, paths of media (ICE) and media planes, as clients report it.' }),
  graph('Paths of media', 'ops', [[rates('type, protocol', 'client_ice_pairs_total'), '{{type}} {{protocol}}']], { about: 'By the candidate at the end of the client.' }),
];

const signaling = [
  graph('Sockets', 'short', [[gauge('instance', 'signaling_sockets'), '{{instance}}']]),
  graph('Requests', 'reqps', [[rates('instance', 'signaling_requests_total'), '{{instance}}']]),
  graph('Requests refused', 'reqps', [
    [`sum(${rate('signaling_requests_refused_total')})`, 'refused'], [`sum(${rate('signaling_requests_unknown_total')})`, 'of an unknown name'],
    [`sum(${rate('signaling_announcements_refused_total')})`, 'too much said'],
  ]),
  graph('Held by address', 'reqps', [
    [`sum(${rate('signaling_sessions_refused_total')})`, 'sessions'], [`sum(${rate('signaling_lookups_refused_total')})`, 'joins'],
    [`sum(${rate('rest_lookups_refused_total')})`, 'look-ups'], [`sum(${rate('rest_rooms_refused_total')})`, 'rooms'],
  ]),
  graph('Tokens and keys refused', 'reqps', [
    [rates('reason', 'auth_tokens_refused_total'), 'token: {{reason}}'], [`sum(${rate('auth_keys_refused_total')})`, 'keys'],
    [`sum(${rate('auth_rate_limited_total')})`, 'not looked at'], [`sum(${rate('signaling_tokens_refused_total')})`, 'connections and joins'],
  ]),
  graph('What meetings hold', 'short', ['transports', 'producers', 'consumers'].map((what) => [`sum(confab_signaling_${what}{${i}})`, what])),
  graph('Media commands without an answer', 'short', [[gauge('instance', 'signaling_media_requests'), '{{instance}}'], [gauge('instance, node', 'media_node_waiting'), 'of node {{node}}, {{instance}}']]),
  graph('Chat that waits for the database', 'short', [[gauge('instance', 'store_chat_waiting'), '{{instance}}']]),
  graph('Chat lost', 'ops', [[rates('instance', 'store_chat_lost_total'), '{{instance}}']]),
  graph('Webhooks', 'ops', [
    [`sum(${rate('webhook_deliveries_total')})`, 'to be delivered'], [`sum(${rate('webhook_deliveries_taken_total')})`, 'taken'],
    [`sum(${rate('webhook_attempts_failed_total')})`, 'attempts failed'], [`sum(${rate('webhook_deliveries_given_up_total')})`, 'given up'],
  ]),
  graph('Pages that go or come back', 'ops', [
    [`sum(${rate('signaling_page_news_total')})`, 'heard'], [`sum(${rate('signaling_page_news_refused_total')})`, 'of nobody here'],
    [`sum(${rate('signaling_page_news_rate_limited_total')})`, 'too many'],
  ]),
  graph('Gateways: requests', 'reqps', [[rates('instance', 'gateway_requests_total'), '{{instance}}'], [rates('instance', 'gateway_retries_total'), 'at another node, {{instance}}']]),
  graph('Gateways: came to nothing', 'reqps', [[rates('reason', 'gateway_dropped_total'), '{{reason}}']]),
  graph('Gateways: WebSockets', 'short', [[gauge('instance', 'gateway_tunnels'), '{{instance}}']]),
  graph('Gateways: WebSockets that ended', 'ops', [[rates('by', 'gateway_tunnels_ended_total'), 'by {{by}}']]),
  graph('Gateways: what is open at a node', 'short', [[gauge('node', 'gateway_node_open'), 'node {{node}}']]),
  graph('Gateways: connections to nodes', 'ops', [[rates('how', 'gateway_connections_total'), '{{how}}']]),
  graph('Connections', 'short', [[gauge('service, instance, listener', 'http_connections'), '{{service}} {{listener}} {{instance}}']]),
  graph('Turned away by listeners', 'ops', [[rates('reason', 'http_refused_total'), '{{reason}}']]),
  graph('Requests late at media', 'ops', [[rates('instance', 'media_commands_late_total'), '{{instance}}'], [rates('instance', 'media_commands_again_total'), 'again after a break, {{instance}}']]),
  graph('Slowest answers, 99 %', 's', [[slowest('route', 'http_request_seconds'), '{{route}}']], { about: 'Of HTTP, by route; one that waits for news (/socket.io/*) is slow when all is well.' }),
  graph('Answers by their class', 'reqps', [[rates('status', 'http_requests_total'), '{{status}}']]),
  graph('Media commands, 99 %', 's', [[slowest('command', 'signaling_media_command_seconds'), '{{command}}']], { about: 'What signaling asked of media, until the answer.' }),
  graph('Media commands that failed', 'ops', [[`sum by (command, result) (${rate('signaling_media_commands_total', 'result!="done"')}) > 0`, '{{command}}: {{result}}']], { countsFaults: true }),
  graph('Store, 99 %', 's', [[slowest('operation', 'store_operation_seconds'), '{{operation}}']]),
  graph('Store, what failed', 'ops', [[`sum by (operation, result) (${rate('store_operations_total', 'result!="ok"')}) > 0`, '{{operation}}: {{result}}']], { countsFaults: true }),
];

const infrastructure = [
  graph('Answers', 'bool', [[`up{job="confab", ${i}}`, '{{service}} {{instance}}']]),
  graph('Ready', 'bool', [[`confab_ready{${i}}`, '{{service}} {{instance}}']]),
  graph('Since it began', 's', [[`time() - confab_process_start_time_seconds{${i}}`, '{{service}} {{instance}}']]),
  graph('Processor', 'percentunit', [[rates('service, instance, mode', 'process_cpu_seconds_total'), '{{service}} {{instance}} {{mode}}']], { about: '100 % is one core.' }),
  graph('Memory', 'bytes', [[`confab_process_resident_memory_bytes{${i}}`, '{{service}} {{instance}}']]),
  graph('Descriptors, of what is allowed', 'percentunit', [[`confab_process_open_fds{${i}} / (confab_process_max_fds{${i}} > 0)`, '{{service}} {{instance}}']]),
  graph('Lateness of the loop, 99 %', 's', [[quantile('0.99', 'loop_lag_seconds'), '{{instance}}']], { about: 'Clicks, joins and health checks wait for it.' }),
  graph('Builds', 'short', [['count by (build, role) (confab_build_info)', '{{role}} {{build}}']]),
  graph('Media nodes that answer', 'bool', [[`confab_media_node_up{${i}}`, 'node {{node}} as {{instance}} sees it']]),
  graph('Meetings of media nodes', 'short', [[`confab_media_node_meetings{${i}}`, 'node {{node}} of {{instance}}'], [`confab_media_meetings{${i}}`, 'at {{instance}}']]),
  graph('Media nodes that drain', 'bool', [[`confab_media_draining{${i}}`, '{{instance}}']]),
  graph('STUN and TURN servers', 'bool', [[`confab_ice_server_up{${i}}`, '{{url}}']]),
  graph('Signaling nodes that take people', 'bool', [[`confab_gateway_node_takes_new{${i}}`, 'node {{node}} as {{instance}} sees it']]),
  graph('The directory answers', 'bool', [[`confab_discovery_reachable{${i}}`, '{{service}} {{instance}}']]),
  graph('The directory was asked', 'ops', [[rates('what', 'discovery_events_total'), '{{what}}']]),
  graph('Log lines lost', 'ops', [[rates('service, instance', 'log_lines_lost_total'), 'lines, {{service}} {{instance}}'], [rates('service, instance', 'log_rotations_failed_total'), 'rotations, {{service}} {{instance}}']]),
  graph('Log viewer: read', 'Bps', [[rates('instance', 'logs_read_bytes_total'), '{{instance}}']]),
  graph('Log viewer: at work', 'short', ['scans', 'readers', 'downloads'].map((what) => [`sum(confab_logs_${what}{${i}})`, what])),
  graph('What a scrape takes', 's', [[`scrape_duration_seconds{job="confab", ${i}}`, '{{service}} {{instance}}']]),
  graph('Samples of a scrape', 'short', [[`scrape_samples_scraped{job="confab", ${i}}`, '{{service}} {{instance}}']], { about: 'Over 20,000 nothing of it is taken: sample_limit in prometheus.yml.' }),
  graph('Settings of the directory', 'short', [[`confab_settings_shared{${i}}`, 'in force, {{service}} {{instance}}'], [rates('service, instance', 'settings_refused_total'), 'refused a second, {{service}} {{instance}}']]),
];

export const dashboards = [
  { uid: 'confab-overview', title: 'confab: overview', panels: overview },
  { uid: 'confab-media', title: 'confab: media', panels: media },
  { uid: 'confab-quality', title: 'confab: quality', panels: quality },
  { uid: 'confab-signaling', title: 'confab: signaling and API', panels: signaling },
  { uid: 'confab-infrastructure', title: 'confab: infrastructure', panels: infrastructure },
];
