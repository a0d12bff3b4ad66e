// In the page: drawn people in rooms instead of Chromium's green test picture, for pictures of the
// app that people look at. portrait(looks) is a canvas; sitFor(looks) puts it before one's camera.
globalThis.portrait = ({ wall, light, skin, hair, shirt, style, glasses = false, side = 1 }) => {
  const canvas = new OffscreenCanvas(1280, 720);
  const c = canvas.getContext('2d');
  const shown = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const out = shown.getContext('2d');

  const shape = (fill, draw) => {
    c.beginPath();
    draw();
    c.fillStyle = fill;
    c.fill();
  };
  const oval = (x, y, rx, ry, fill, turn = 0) => shape(fill, () => c.ellipse(x, y, rx, ry, turn, 0, 7));
  const block = (x, y, w, h, fill, r = 6) => shape(fill, () => c.roundRect(x, y, w, h, r));

  function room() {
    const wash = c.createLinearGradient(0, 0, 1280, 720);
    wash.addColorStop(0, wall[0]);
    wash.addColorStop(1, wall[1]);
    c.filter = 'none';
    block(0, 0, 1280, 720, wash, 0);
    c.filter = 'blur(16px)';
    const at = (x, w) => (side > 0 ? x : 1280 - x - w);
    block(at(90, 250), 60, 250, 360, light, 10); // a window
    block(at(205, 14), 60, 14, 360, wall[1], 0);
    block(at(90, 250), 230, 250, 12, wall[1], 0);
    for (let row = 0; row < 3; row++) { // a shelf
      block(at(880, 330), 170 + row * 150, 330, 14, '#0003', 2);
      for (let i = 0; i < 7; i++) {
        const high = 70 + ((i * 37 + row * 53) % 50);
        block(at(895 + i * 42, 30), 170 + row * 150 - high, 30, high, ['#b5533c', '#d9a441', '#3f6b6b', '#6b4a7a', '#c9c2b0'][(i + row * 2) % 5], 3);
      }
    }
    for (let i = 0; i < 7; i++) oval(at(60, 0) + Math.cos(i) * 55, 560 - i * 18, 26, 70, i % 2 ? '#2f5a3c' : '#3f7a4f', Math.sin(i * 2)); // a plant
    const glow = c.createRadialGradient(at(215, 0), 230, 20, at(215, 0), 230, 620);
    glow.addColorStop(0, '#fff5');
    glow.addColorStop(1, '#fff0');
    block(0, 0, 1280, 720, glow, 0);
    c.filter = 'none';
  }

  function hairBehind() {
    if (style === 'long') block(505, 190, 270, 400, hair, 120);
    if (style === 'bob') block(510, 180, 260, 270, hair, 110);
    if (style === 'curly') for (let i = 0; i < 16; i++) oval(640 + Math.cos(i * 0.4 - 3.1) * 142, 290 + Math.sin(i * 0.4 - 3.1) * 150, 52, 52, hair);
    if (style === 'bun') oval(640, 120, 62, 56, hair);
  }

  function hairInFront() {
    const cap = (low, wide) => shape(hair, () => {
      c.moveTo(640 - wide, 300);
      c.bezierCurveTo(640 - wide - 8, 120, 640 + wide + 8, 120, 640 + wide, 300);
      c.bezierCurveTo(640 + wide - 20, low, 640 + 60, low - 40, 640 + 10, low - 34);
      c.bezierCurveTo(640 - 60, low - 26, 640 - wide + 20, low, 640 - wide, 300);
    });
    if (style === 'bald') {
      shape(hair, () => { // a beard
        c.moveTo(527, 330);
        c.bezierCurveTo(530, 470, 580, 490, 640, 490);
        c.bezierCurveTo(700, 490, 750, 470, 753, 330);
        c.bezierCurveTo(735, 400, 700, 388, 640, 388);
        c.bezierCurveTo(580, 388, 545, 400, 527, 330);
      });
    } else cap(style === 'short' ? 250 : 262, style === 'curly' ? 122 : 120);
  }

  function face(blink) {
    oval(640, 320, 114, 146, skin[0]);
    oval(522, 325, 18, 32, skin[1]);
    oval(758, 325, 18, 32, skin[1]);
    if (style === 'bald') hairInFront();
    for (const eye of [-44, 44]) {
      oval(640 + eye, 316, 13, blink ? 2 : 10, '#fff');
      if (!blink) oval(641 + eye, 317, 7, 8, '#2a1c14');
      c.lineWidth = 7;
      c.lineCap = 'round';
      c.strokeStyle = hair;
      c.beginPath();
      c.moveTo(640 + eye - 20, 290);
      c.quadraticCurveTo(640 + eye, 280, 640 + eye + 20, 290);
      c.stroke();
      if (glasses) {
        c.lineWidth = 5;
        c.strokeStyle = '#20242c';
        c.beginPath();
        c.roundRect(640 + eye - 34, 290, 68, 54, 20);
        c.stroke();
      }
    }
    c.lineWidth = 5;
    c.strokeStyle = skin[2];
    c.beginPath();
    c.moveTo(640, 322);
    c.quadraticCurveTo(650, 358, 632, 362);
    c.stroke();
    shape('#8d3b38', () => {
      c.moveTo(604, 400);
      c.quadraticCurveTo(640, 440, 676, 400);
      c.quadraticCurveTo(640, 412, 604, 400);
    });
    if (style !== 'bald') hairInFront();
  }

  // Blurred things are dear to draw: once.
  room();
  const behind = canvas.transferToImageBitmap();
  let frame = 0;
  function draw() {
    frame++;
    c.drawImage(behind, 0, 0);
    c.save();
    c.translate(640, 720);
    c.scale(1.12, 1.12);
    c.translate(-640 + Math.sin(frame / 9) * 5, -720 + Math.sin(frame / 7) * 4);
    hairBehind();
    shape(shirt, () => {
      c.moveTo(330, 760);
      c.bezierCurveTo(350, 560, 520, 560, 570, 520);
      c.lineTo(710, 520);
      c.bezierCurveTo(760, 560, 930, 560, 950, 760);
    });
    shape(skin[1], () => {
      c.moveTo(584, 420);
      c.lineTo(696, 420);
      c.lineTo(708, 522);
      c.quadraticCurveTo(640, 590, 572, 522);
    });
    face(frame % 29 === 0);
    c.restore();
    const edge = c.createRadialGradient(640, 340, 300, 640, 360, 820);
    edge.addColorStop(0, '#0000');
    edge.addColorStop(1, '#0007');
    block(0, 0, 1280, 720, edge, 0);
    out.drawImage(canvas, 0, 0, 640, 360);
  }

  draw();
  setInterval(draw, 400);
  return shown;
};

globalThis.sitFor = (looks) => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const sound = wanted.audio ? (await open({ audio: wanted.audio })).getAudioTracks() : [];
    const picture = wanted.video ? globalThis.portrait(looks).captureStream(3).getVideoTracks() : [];
    return new MediaStream([...sound, ...picture]);
  };
};
